// Whatever changes something goes through here: it is kept on the device first,
// under an id of its own, and sent in order. The program gives the same answer
// to the same id, so that sending again after a silence is safe; a page that is
// closed, or a battery that dies, loses nothing.
import { app } from "./base.js";
import { call, online, Refused } from "./api.js";
import { say } from "./words.js";

// An act is {seq, id, path, body, label, staff, at, tries, state: "waiting" |
// "refused", text, status}; label, {kind, name, amount}, is what people see of it. The store holds only
// what the program has not taken yet.
const store = new Promise((resolve, reject) => {
	const asked = indexedDB.open("counter", 1);
	asked.onupgradeneeded = () => asked.result.createObjectStore("acts", { keyPath: "seq", autoIncrement: true });
	asked.onsuccess = () => resolve(asked.result);
	asked.onerror = () => reject(asked.error);
});
store.catch(() => {}); // told when something is to be kept

async function within(mode, work) {
	const tx = (await store).transaction("acts", mode);
	const asked = work(tx.objectStore("acts"));
	return new Promise((resolve, reject) => {
		tx.oncomplete = () => resolve(asked.result);
		tx.onerror = tx.onabort = () => reject(tx.error);
	});
}

export const all = () => within("readonly", acts => acts.getAll()).catch(() => []);

export const forget = async act => { await within("readwrite", acts => acts.delete(act.seq)); changed(); };

const keep = act => within("readwrite", acts => acts.put(act));

// seen says whether people need to know of an act; to lock is none of them.
export const seen = act => act.path !== "lock";

// counts are how many acts wait and how many were refused.
export const counts = { waiting: 0, refused: 0 };

async function changed() {
	const acts = (await all()).filter(seen);
	counts.waiting = acts.filter(a => a.state === "waiting").length;
	counts.refused = acts.length - counts.waiting;
	dispatchEvent(new Event("queue"));
}

const settled = new Map(); // id → whom to tell what came of it

// outcome waits for what comes of an act: {answer} or {refused}.
export const outcome = id => new Promise(resolve => settled.set(id, resolve));

// Random ids also where the page has no secure context.
export const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, "0")).join("");

// add keeps an act and sends it. It throws when the device cannot keep it.
export async function add(path, body, label) {
	const act = { id: body.id, path, body, label, staff: app.session?.staff, at: body.at, tries: 0, state: "waiting", text: "", status: 0 };
	act.seq = await keep(act);
	await changed();
	flush();
	return act;
}

// again sends a refused act once more, as that of whoever is here now. What the
// program has decided about stays so under its id; where it only did not know
// the session any more, or something in it went wrong, the id keeps the act from
// happening twice.
export async function again(act) {
	const id = act.status === 401 || act.status >= 500 ? act.id : newId();
	const { seq, ...next } = { ...act, id, body: { ...act.body, id, session: app.session.session }, staff: app.session.staff, tries: 0, state: "waiting", text: "", status: 0 };
	await within("readwrite", acts => { // in one step: a finger that taps twice sends it once
		const there = acts.get(seq);
		there.onsuccess = () => { if (there.result) { acts.delete(seq); acts.add(next); } };
		return there;
	});
	await changed();
	flush();
}

// revive does so with what an employee's ended session left, once they are back.
export async function revive() {
	for (const act of await all()) if (act.status === 401 && act.staff === app.session.staff) await again(act);
}

const tooOften = 6; // times that something may go wrong with one act before it lets others pass

let running = false, wanted = false;

// flush sends what waits, one after the other, until nothing is left or the
// network is away. Two tabs of a device take turns.
export async function flush() {
	wanted = true;
	if (running) return;
	running = true;
	const work = async () => { while (wanted) { wanted = false; await sendAll(); } };
	try { await (navigator.locks ? navigator.locks.request("counter-queue", work) : work()); } finally { running = false; }
}

async function sendAll() {
	for (const act of await all()) {
		if (act.state !== "waiting") continue;
		if (!await send(act)) return;
	}
}

// send tries one act; false: later.
async function send(act) {
	act = await within("readwrite", acts => { // in one step: what another tab removes does not come back
		const there = acts.get(act.seq);
		there.onsuccess = () => { if (there.result?.state === "waiting") { there.result.tries++; acts.put(there.result); } };
		return there;
	});
	if (act?.state !== "waiting") return true; // removed meanwhile
	// From now on nobody knows whether the program has it.
	await changed();
	try {
		const answer = await call(act.path, act.body);
		await forget(act);
		tell(act, { answer });
	} catch (e) {
		const hopeless = e.failed && act.tries >= tooOften;
		if (!(e instanceof Refused) && !hopeless) return false;
		if (!seen(act)) { await forget(act); return true; }
		act.state = "refused";
		act.text = e.text || say("wrong");
		act.status = e.status || 500;
		await keep(act);
		await changed();
		tell(act, { refused: act });
		if (e.code === "device" || e.code === "session" && act.body.session === app.session?.session) dispatchEvent(new Event(e.code));
	}
	return true;
}

function tell(act, what) {
	settled.get(act.id)?.(what);
	settled.delete(act.id);
}

// What could not be sent is tried again: at once when the network is back, and
// every few seconds, since a browser's word on that is not worth much.
addEventListener("net", () => { if (online()) flush(); });
setInterval(() => { if (counts.waiting) flush(); }, 5000);
changed();
