// Before the till: setting the device up, who is here, and the PIN.
import { app, h, icon, kept, now, open, show } from "./base.js";
import { left, say } from "./words.js";
import { call, online, Refused, state } from "./api.js";
import { add, counts, revive } from "./queue.js";
import { pad, typed } from "./pad.js";
import { play } from "./sound.js";

// trouble puts an error into words.
export const trouble = e => e instanceof Refused ? e.text || say("wrong") : say(online() ? "wrong" : "offline");

// tokenOf reads a whole link, or what stands behind its mark.
export function tokenOf(text) {
	const m = /#register=([\w-]{16,})$/.exec(text.trim()) || /^([\w-]{16,})$/.exec(text.trim());
	return m ? m[1] : "";
}

// form sends its fields once, and says beneath what is wrong.
function form(fields, label, send) {
	const wrong = h("p", { class: "wrong", role: "alert" });
	const go = h("button", { class: "go" }, label);
	return h("form", { novalidate: true, onsubmit: async e => {
		e.preventDefault();
		if (go.disabled) return;
		go.disabled = true;
		wrong.textContent = "";
		try { await send(Object.fromEntries(new FormData(e.target))); } catch (x) {
			wrong.textContent = x instanceof Refused || x.name !== "Error" ? trouble(x) : x.message;
			play("no");
		}
		go.disabled = false;
	} }, fields, wrong, go);
}

const field = (label, props) => h("label", { class: "field" }, h("span", {}, label), h("input", { autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...props }));

const secret = { type: "password", inputmode: "numeric", maxlength: 8, autocomplete: "new-password" };

app.views.setup = {
	pane: "full",
	draw({ token = "", gone = false } = {}) {
		return h("div", { class: "card" }, h("h1", {}, say("setup_title")),
			gone && h("p", { class: "wrong" }, say("setup_gone")),
			!token && h("p", {}, say("setup_how")),
			form([
				!token && field(say("setup_paste"), { name: "link", "data-focus": true }),
				field(say("setup_name"), { name: "name", maxlength: 40, placeholder: say("setup_example"), "data-focus": !!token }),
			], say("setup_do"), async f => {
				const t = token || tokenOf(f.link);
				if (!t) throw new Error(say("setup_bad"));
				await call("register", { token: t, name: f.name.trim() || say("setup_example") });
				await state();
				show("who");
			}),
			counts.waiting + counts.refused > 0 && h("button", { class: "link", onclick: () => show("waiting") }, say("waiting")));
	},
};

app.views.who = {
	pane: "full",
	draw() {
		const staff = app.state?.staff || [];
		return h("div", { class: "card wide" }, h("h1", {}, say("who")),
			!online() && h("p", { class: "wrong" }, say("offline_locked")),
			staff.length === 0 && h("p", {}, say("who_none")),
			h("div", { class: "people" }, staff.map(s =>
				h("button", { onclick: () => show(s.pin ? "pin" : "first", s) }, s.name))));
	},
	shown() { state().catch(() => {}); },
};

// enter opens the till for somebody, and takes up what was left of theirs. They
// have a PIN now, even before the program is asked again who does.
function enter(person, session) {
	for (const s of app.state?.staff || []) if (s.id === person.id) s.pin = true;
	open({ ...session, staff: person.id });
	revive();
	show("look");
}

// until when an employee is locked out of this device, as far as we were told.
const lockedUntil = {};

app.views.pin = {
	pane: "full",
	draw(person) {
		let digits = "", busy = false;
		const dots = h("output", { class: "dots", "aria-label": say("pin") });
		const wrong = h("p", { class: "wrong", role: "alert" });
		const go = h("button", { class: "go", onclick: () => unlock() }, say("pin_ok"));
		const wait = () => Math.ceil(((lockedUntil[person.id] || 0) - now()) / 1000);
		const draw = () => {
			dots.replaceChildren(...[...digits].map(() => h("i")));
			dots.classList.toggle("none", !digits);
			go.disabled = digits.length < 4 || busy || wait() > 0;
		};
		const press = key => {
			if (busy || wait() > 0 || key === ".") return;
			digits = key === "Backspace" ? digits.slice(0, -1) : (digits + key).slice(0, 8);
			wrong.textContent = "";
			draw();
		};
		const unlock = async () => {
			if (go.disabled) return;
			busy = true;
			draw();
			try {
				return enter(person, await call("unlock", { staff: person.id, pin: digits }));
			} catch (e) {
				if (e.until) lockedUntil[person.id] = e.until;
				wrong.textContent = e instanceof Refused || online() ? trouble(e) : say("offline_locked");
				play("no");
			}
			busy = false;
			digits = "";
			draw();
			this.count();
		};
		// While it waits, the page says how long.
		this.count = () => {
			clearInterval(this.timer);
			if (wait() <= 0) return;
			const tell = () => {
				if (wait() > 0) return wrong.textContent = say("pin_wait", { Time: left(wait()) });
				clearInterval(this.timer);
				wrong.textContent = "";
				draw();
			};
			tell();
			this.timer = setInterval(tell, 500);
		};
		this.key = e => {
			if (e.key === "Enter") unlock();
			else if (e.key === "Escape") show("who");
			else if (typed(e)) press(typed(e));
			else return;
			e.preventDefault();
		};
		draw();
		this.count();
		return h("div", { class: "card" },
			h("button", { class: "icon back", "aria-label": say("who_change"), onclick: () => show("who") }, icon("back")),
			h("h1", {}, person.name), h("p", { class: "quiet" }, say("pin")), dots, wrong, pad("", press), go,
			h("button", { class: "link", onclick: () => show("first", person) }, say("pin_first")));
	},
	leave() { clearInterval(this.timer); },
};

// The code comes from the employee's own chat, so that nobody can choose a PIN
// for somebody else; the PIN itself never goes through a chat.
app.views.first = {
	pane: "full",
	draw(person) {
		return h("div", { class: "card" },
			h("button", { class: "icon back", "aria-label": say("who_change"), onclick: () => show("who") }, icon("back")),
			h("h1", {}, person.name), h("p", {}, say("first_how")),
			form([
				field(say("first_code"), { name: "code", inputmode: "numeric", maxlength: 7, autocomplete: "one-time-code", "data-focus": true }),
				field(say("first_pin"), { name: "pin", ...secret }),
				field(say("first_again"), { name: "again", ...secret }),
			], say("first_do"), async f => {
				if (!/^\d{4,8}$/.test(f.pin)) throw new Error(say("first_pin"));
				if (f.pin !== f.again) throw new Error(say("first_differ"));
				enter(person, await call("pin", { staff: person.id, code: f.code.replace(/\D/g, ""), pin: f.pin }));
			}));
	},
	key(e) { if (e.key === "Escape") show("who"); },
};

// lock ends the session here at once, and there after whatever of it still waits.
export function lock() {
	if (app.session) add("lock", { session: app.session.session, at: new Date(now()).toISOString() }, { kind: "lock" }).catch(() => {});
	open(null);
	app.recent = [];
	for (const id of ["look", "stage"]) document.getElementById(id).replaceChildren();
	show(app.state?.device ? "who" : "setup");
}

// gone is what happens when the device was removed: it forgets the shop, and
// keeps only what it could not send.
export function gone() {
	open(null);
	app.state = null;
	kept.set("state", null);
	for (const id of ["look", "stage"]) document.getElementById(id).replaceChildren();
	show("setup", { gone: true });
}
