// The first pane of the till: the camera, and the field for what it cannot read.
import { app, h, heard, icon, kept, show } from "./base.js";
import { say } from "./words.js";
import { call, online, Refused, Unreached } from "./api.js";
import { several, start, stop, turn, listen, running } from "./camera.js";
import { play } from "./sound.js";
import { trouble } from "./unlock.js";

let field, wrong, told, finding = 0;

// refreshRecent asks for the employee's last five, for the pane beside.
export async function refreshRecent() {
	if (!app.session || !online()) return;
	try {
		const answer = await call("recent", { session: app.session.session }, 5000);
		app.recent = answer.acts;
		dispatchEvent(new Event("recent"));
	} catch (e) {
		if (e instanceof Refused && (e.code === "session" || e.code === "device")) dispatchEvent(new Event(e.code));
	}
}

app.views.look = {
	pane: "look",
	// The pane stays as it is while the till is open: the camera goes on.
	shown() {
		const pane = document.getElementById("look");
		if (!pane.firstChild) pane.append(...build());
		say_(wrong, "");
		app.views.recent.beside();
		refreshRecent();
		if (!matchMedia("(pointer: coarse)").matches) field.focus();
	},
	key: onward,
};

// onward takes what is typed where nothing else does, by a scanner most often,
// for the next customer's: the field gets it, and no button the Enter after it.
export function onward(e) {
	if (e.key.length !== 1 || e.key === " " || e.ctrlKey || e.metaKey || e.altKey) return;
	if (app.view !== "look") show("look");
	field.focus(); // the letter follows
}

const say_ = (e, text) => { e.textContent = text; e.hidden = !text; };

function build() {
	const video = h("video", { playsinline: true, muted: true, "aria-label": say("scan_here") });
	const hint = h("p", { class: "hint" }, say("scan_here"));
	const light = h("div", { class: "off", hidden: true });
	const other = h("button", { class: "icon turn", hidden: true, "aria-label": say("scan_turn"), onclick: () => turn().catch(() => {}) }, icon("turn"));
	const on = async () => {
		light.hidden = true;
		hint.hidden = false;
		try {
			await start(video, scanned);
			other.hidden = !await several();
		} catch (e) {
			hint.hidden = true;
			light.replaceChildren(icon("camera"), h("p", {}, say(e.message === "denied" ? "scan_denied" : "scan_none")),
				...(e.message === "denied" ? [h("button", { onclick: on }, say("scan_start"))] : []));
			light.hidden = false;
		}
	};
	app.camera = on;
	const view = h("div", { class: "view" }, video, h("div", { class: "frame" }), hint, light, other);
	field = h("input", { id: "field", type: "text", inputmode: "tel", enterkeyhint: "search", autocomplete: "off", autocapitalize: "off", spellcheck: "false", placeholder: say("look"), "aria-label": say("look"), maxlength: 500 });
	const kind = h("button", { type: "button", class: "kind", "aria-label": say("letters"), onclick: () => {
		const letters = field.inputMode === "tel";
		field.inputMode = letters ? "text" : "tel";
		kind.textContent = letters ? "123" : "ABC";
		kind.ariaLabel = say(letters ? "digits" : "letters");
		field.blur();
		field.focus();
	} }, "ABC");
	const form = h("form", { class: "search", role: "search", onsubmit: e => { e.preventDefault(); if (field.value.trim()) find(field.value); } },
		h("div", { class: "typed" }, field, kind), h("button", { class: "find" }, say("find")));
	wrong = h("p", { class: "wrong", role: "alert", hidden: true });
	told = h("p", { class: "quiet", role: "status", hidden: true });
	const more = h("div", { class: "more" },
		h("button", { onclick: () => show("sale", { bare: true }) }, say("bare")),
		h("button", { class: "narrow", onclick: () => show("recent") }, say("recent")));
	on();
	return [view, form, wrong, told, more];
}

// scanned is called with each code that the camera reads.
function scanned(text) {
	play("scan");
	find(text);
}

const isLink = text => /^https?:|\/[cvrm]\//i.test(text);
const isPhone = text => /^\+?[\d\s().-]{7,}$/.test(text);

// isCode knows the number on a card by its check character, as package people
// does: a name of twelve letters is none, and a number may have no digit in it.
const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
function isCode(text) {
	const places = [...text.normalize("NFKC").toUpperCase().replace(/[\s-]/g, "")].map(c => letters.indexOf(c));
	if (places.length !== 12 || places.includes(-1)) return false;
	const check = places.pop();
	return places.reduce((sum, at, i) => sum + (i + 2) * at, 0) % letters.length === check;
}

// find looks somebody up, whatever was read or typed, and goes on to the sale. A
// network that just came back may still fail what is asked over it; that is asked
// once more.
export async function find(raw, more = true) {
	const text = raw.trim(), mine = ++finding, link = isLink(text);
	say_(wrong, "");
	if (app.view !== "look") show("look");
	if (!online()) return blind(text, link);
	document.body.classList.add("busy");
	try {
		const found = await call("find", { session: app.session.session, ...(link ? { scan: text } : { q: text }) }, 4000);
		if (mine !== finding || !app.session) return;
		field.value = "";
		chosen(found);
	} catch (e) {
		if (mine !== finding) return;
		if (e instanceof Unreached && !online()) return blind(text, link);
		if (e instanceof Unreached && !e.failed && more) return find(raw, false);
		if (e.code === "session" || e.code === "device") return dispatchEvent(new Event(e.code));
		amiss(trouble(e));
	} finally {
		if (mine === finding) document.body.classList.remove("busy");
	}
}

function amiss(text) {
	say_(wrong, text);
	play("no");
	field.select();
}

function chosen(found) {
	const members = found.members || [];
	if (members.length > 1) return show("several", members);
	if (members.length === 1) return show("sale", { member: members[0], voucher: found.voucher });
	amiss(say(found.code ? "receipt_code" : "wrong"));
}

// blind goes on without a look-up: a card's code or a whole phone number is
// enough for the program to find the member later.
function blind(text, link) {
	if (link && /\/v\//i.test(text)) return amiss(say("offline_needs"));
	if (link || isCode(text) && !isPhone(text)) { field.value = ""; return show("sale", { who: { scan: text }, name: say("kind_sale"), note: say("kept_card") }); }
	if (isPhone(text)) { field.value = ""; return show("sale", { who: { phone: text }, name: text, note: say("kept_phone") }); }
	amiss(say("offline_find"));
}

app.views.several = {
	pane: "stage",
	draw(members) {
		return h("div", { class: "list" },
			h("header", {}, h("button", { class: "icon back", "aria-label": say("back"), onclick: () => show("look") }, icon("back")), h("h2", {}, say("find.several"))),
			members.map((m, i) => h("button", { class: "row", "data-focus": i === 0, onclick: () => show("sale", { member: m }) },
				h("b", {}, m.name), h("span", {}, [m.phone, m.level].filter(Boolean).join(" · ")))));
	},
	key(e) { e.key === "Escape" ? show("look") : onward(e); },
};

// The camera runs while somebody may be scanned, and sleeps with the page.
addEventListener("view", () => {
	listen(["look", "done", "recent", "several"].includes(app.view), app.view === "done");
	if (document.body.dataset.pane === "full") stop();
	else if (!running()) app.camera?.();
	heard("");
});
document.addEventListener("visibilitychange", () => {
	if (document.hidden) stop();
	else if (app.session && !running()) app.camera?.();
});
