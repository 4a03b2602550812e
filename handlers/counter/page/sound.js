// Short sounds and a touch of vibration, for a cashier who looks elsewhere.
import { kept } from "./base.js";

export const sounds = () => kept.get("sound") !== false;

const tunes = { scan: [[1400, .05]], done: [[880, .08], [1320, .12]], no: [[220, .25]] };
const shakes = { scan: 30, done: 40, no: [60, 60, 60] };
let audio;

// play sounds scan, done or no. A browser that forbids it stays silent.
export function play(name) {
	if (!sounds()) return;
	if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(shakes[name]);
	try {
		audio ||= new AudioContext();
		if (audio.state === "suspended") audio.resume();
		let at = audio.currentTime;
		for (const [pitch, long] of tunes[name]) {
			const tone = audio.createOscillator(), loud = audio.createGain();
			tone.frequency.value = pitch;
			loud.gain.setValueAtTime(.2, at);
			loud.gain.exponentialRampToValueAtTime(.001, at + long);
			tone.connect(loud).connect(audio.destination);
			tone.start(at);
			tone.stop(at += long);
		}
	} catch { /* silent */ }
}
