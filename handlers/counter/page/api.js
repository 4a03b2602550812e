// What the page asks the program, and whether it can be reached.
import { app, kept, when } from "./base.js";
import { lang } from "./words.js";

// Refused is an answer that stays what it is: status, a short code, a sentence.
export class Refused extends Error {
	constructor(status, answer) {
		super(answer.error || String(status));
		this.status = status;
		this.code = answer.error || "";
		this.text = answer.text || "";
		this.until = answer.until ? when(answer.until) : 0; // locked until then
	}
}

// Unreached is no answer: no network, too slow, or a program that asks to come
// back. Nobody knows what became of what was sent. failed says that the program
// is there and something in it went wrong.
export class Unreached extends Error {
	constructor(failed = false) {
		super("unreached");
		this.failed = failed;
	}
}

let reached = navigator.onLine;

// online says whether the last call got an answer.
export const online = () => reached;

function note(now) {
	if (now === reached) return;
	reached = now;
	dispatchEvent(new Event("net"));
}

addEventListener("offline", () => note(false));
addEventListener("online", () => state().catch(() => {}));

// call asks for one thing and waits so many milliseconds at most.
export async function call(name, body, wait = 8000) {
	let response, answer;
	try {
		response = await fetch(`/counter/api/${name}?lang=${lang()}`, {
			method: body ? "POST" : "GET", cache: "no-store", signal: AbortSignal.timeout(wait),
			headers: body ? { "X-Regulars": "counter", "Content-Type": "application/json" } : {},
			body: body && JSON.stringify(body),
		});
		answer = await response.json(); // a café's sign-in page is no answer
	} catch {
		note(false);
		throw new Unreached();
	}
	note(true);
	if (response.status >= 500) throw new Unreached(response.status === 500);
	if (!response.ok) throw new Refused(response.status, answer || {});
	return answer;
}

// state asks what the shop is like and what time it is, and remembers it for a
// morning that starts without a network.
export async function state() {
	const sent = Date.now();
	const answer = await call("state", null, 5000);
	kept.set("ahead", Math.round(when(answer.now) - (sent + Date.now()) / 2));
	delete answer.now;
	if (JSON.stringify(answer) !== JSON.stringify(app.state)) {
		app.state = answer;
		kept.set("state", answer);
		dispatchEvent(new Event("state"));
	}
	return answer;
}
