// Reads QR codes off the page's own thread, so that keys never wait for it.
import { decodeQR } from "./qr/decode.js";

onmessage = ({ data: { width, height, data } }) => {
	let text = "";
	try { text = decodeQR({ width, height, data: new Uint8ClampedArray(data) }, { timeLimit: 60 }); } catch { /* no code in this picture */ }
	postMessage(text);
};
