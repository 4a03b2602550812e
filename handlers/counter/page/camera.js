// The camera and what it reads.
import { kept } from "./base.js";

const widest = 960;  // pixels; enough for a card's QR at arm's length
const pause = 90;    // milliseconds between pictures: cheap phones stay cool
const same = 4000;   // a code that stays in view is read once

let stream, starting, wanted = false, video, worker, timer, busy = false, listening = false, heard = () => {};
let last = "", lastSeen = 0;
const canvas = document.createElement("canvas");

// start shows the camera's picture and calls on with each code in it. It throws
// "denied", "none" or, without https, "none" as well.
export function start(element, on) {
	video = element;
	heard = on;
	wanted = true;
	return starting ||= open().finally(() => { starting = null; });
}

async function open() {
	if (!navigator.mediaDevices?.getUserMedia) throw new Error("none");
	if (!worker) {
		worker = new Worker(new URL("reader.js", import.meta.url), { type: "module" });
		worker.onmessage = ({ data }) => { busy = false; if (data) read(data); };
	}
	end();
	let got;
	try {
		got = await navigator.mediaDevices.getUserMedia({ audio: false, video: {
			facingMode: kept.get("facing") || "environment", width: { ideal: 1280 }, height: { ideal: 720 },
		} });
	} catch (e) {
		throw new Error(e.name === "NotAllowedError" ? "denied" : "none");
	}
	if (!wanted) { // left while the camera was asked for
		got.getTracks().forEach(track => track.stop());
		return;
	}
	stream = got;
	for (let shown; stream && shown !== video;) { // the page may be drawn anew meanwhile
		shown = video;
		shown.srcObject = stream;
		await shown.play().catch(() => {});
	}
	if (!stream) return wanted ? open() : undefined; // left meanwhile, and perhaps come back
	busy = false;
	timer = setInterval(look, pause);
}

export function stop() {
	wanted = false;
	end();
}

function end() {
	clearInterval(timer);
	stream?.getTracks().forEach(track => track.stop());
	stream = null;
	if (video) video.srcObject = null;
}

export const running = () => !!stream;

// listen says whether codes are heard at the moment. After a purchase the card
// that was held up counts as seen until then: were it new again because typing
// the amount took a while, the next purchase would hide what became of this one.
export function listen(yes, served = false) {
	if (yes && served && !listening) lastSeen = performance.now();
	listening = yes;
}

// turn changes to the camera on the other side.
export async function turn() {
	kept.set("facing", kept.get("facing") === "user" ? "environment" : "user");
	await start(video, heard);
}

export async function several() {
	const all = await navigator.mediaDevices?.enumerateDevices?.() || [];
	return all.filter(d => d.kind === "videoinput").length > 1;
}

function look() {
	if (!listening || busy || !video.videoWidth || document.hidden) return;
	const scale = Math.min(1, widest / Math.max(video.videoWidth, video.videoHeight));
	canvas.width = video.videoWidth * scale;
	canvas.height = video.videoHeight * scale;
	const pen = canvas.getContext("2d", { willReadFrequently: true });
	pen.drawImage(video, 0, 0, canvas.width, canvas.height);
	const { width, height, data } = pen.getImageData(0, 0, canvas.width, canvas.height);
	busy = true;
	worker.postMessage({ width, height, data: data.buffer }, [data.buffer]);
}

function read(text) {
	if (!listening) return;
	const seen = performance.now(), again = text === last && seen - lastSeen < same;
	last = text;
	lastSeen = seen;
	if (!again) heard(text);
}
