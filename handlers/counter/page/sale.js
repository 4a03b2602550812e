// The second pane: who it is, what it costs, and what came of it.
import { app, h, heard, icon, now, show, when } from "./base.js";
import { clock, day, digits, money, number, say } from "./words.js";
import { online } from "./api.js";
import { add, forget, newId, outcome } from "./queue.js";
import { find, onward, refreshRecent } from "./look.js";
import { pad, typed } from "./pad.js";
import { planButton, planLine } from "./plan.js";
import { play } from "./sound.js";

const week = 7 * 24 * 3600e3;

// local is a time for a datetime-local field.
const local = t => new Date(t - new Date(t).getTimezoneOffset() * 60e3).toISOString().slice(0, 16);

app.views.sale = {
	pane: "stage",
	// data is {member, voucher} of a look-up, {who, name, note} without one, or
	// {bare} for somebody who is no member.
	draw(data) {
		const { member, voucher, bare } = data;
		const sale = { amount: "", items: new Map(), vouchers: new Set(voucher?.here ? [voucher.id] : []), order: "", at: 0 };
		const shown = h("output", { class: "amount", "aria-label": say("amount") });
		const go = h("button", { class: "go", onclick: () => record() });
		const minor = () => Math.round(Number(sale.amount || 0) * 10 ** digits());

		const draw = () => {
			shown.textContent = sale.amount.includes(".") ? money(0).replace("0", sale.amount) : money(minor());
			shown.classList.toggle("none", !sale.amount);
			const only = !minor() && sale.vouchers.size > 0;
			go.textContent = only ? say("use") : say(bare ? "show_code" : "record", { Money: money(minor()) });
			go.disabled = !minor() && !only;
		};
		const press = key => {
			let a = sale.amount;
			if (key === "Backspace") a = a.slice(0, -1);
			else if (key === ".") a = a.includes(".") || !digits() ? a : (a || "0") + ".";
			else a = (a === "0" ? "" : a) + key;
			if (/^\d{0,8}(\.\d*)?$/.test(a) && (a.split(".")[1] || "").length <= digits()) sale.amount = a.replace(/^00+$/, "0");
			draw();
		};
		const record = () => {
			if (!go.disabled) send(data, sale, minor());
		};
		this.key = keys(press, record, () => sale.amount, a => { sale.amount = a; draw(); });
		draw();
		return h("div", { class: "sale" },
			h("div", { class: "about" }, head(data), facts(member), vouchers(member, voucher, sale, draw), items(sale), extras(sale, member)),
			h("div", { class: "till" }, shown, pad(digits() ? "." : "00", press), go));
	},
};

function head({ member, bare, name, note }) {
	const m = member || {};
	return [
		h("header", {},
			h("button", { class: "icon back", "aria-label": say("back"), onclick: () => show("look") }, icon("back")),
			h("div", { class: "whom" }, h("h2", {}, bare ? say("bare") : m.name || name), h("p", {}, bare ? say("code_why") : [m.phone, m.level].filter(Boolean).join(" · "))),
			member && h("div", { class: "points" }, h("b", {}, number(m.points || 0)), h("span", {}, say("points")))),
		m.frozen && h("p", { class: "wrong" }, say("find.frozen")),
		(m.note || note) && h("p", { class: "note" }, m.note || note),
		planLine(member),
	];
}

function facts(member) {
	return member?.cards?.length > 0 && h("div", { class: "cards" }, member.cards.map(c =>
		h("div", { class: "stamps" }, h("span", {}, c.name), h("b", {}, c.have + "/" + c.size), h("progress", { max: c.size, value: c.have, "aria-hidden": "true" }))));
}

const most = 4; // vouchers at a time: the program takes no more with a sale

function vouchers(member, scanned, sale, draw) {
	const all = [...(member?.vouchers || [])];
	if (scanned) { // the one in the customer's hand first; a handle is sealed anew each time, so ids tell nothing
		const again = all.findIndex(v => v.name === scanned.name && v.until === scanned.until);
		if (again >= 0) all.splice(again, 1);
		all.unshift(scanned);
	}
	const boxes = new Map();
	const limit = () => boxes.forEach((box, v) => { box.disabled = !v.here || !box.checked && sale.vouchers.size >= most; });
	return all.length > 0 && h("div", { class: "vouchers", role: "group", "aria-label": say("kind_use") }, all.map(v => {
		const box = h("input", { type: "checkbox", disabled: !v.here, checked: sale.vouchers.has(v.id), onchange: () => { box.checked ? sale.vouchers.add(v.id) : sale.vouchers.delete(v.id); limit(); draw(); } });
		boxes.set(v, box);
		return h("label", { class: "tick" }, box,
			h("span", {}, h("b", {}, v.name), (v.until || !v.here) && h("small", {}, v.here ? say("until", { Time: day(v.until) }) : say("elsewhere"))));
	}));
}

// items are what stamps and extra points may hang on: one touch more of it.
function items(sale) {
	const all = app.state?.items || [];
	return all.length > 0 && h("div", { class: "items" }, all.map(it => {
		const chip = h("button", { type: "button", "aria-pressed": "false", onclick: () => {
			const n = ((sale.items.get(it.id) || 0) + 1) % 10;
			n ? sale.items.set(it.id, n) : sale.items.delete(it.id);
			chip.textContent = it.name + (n ? " × " + n : "");
			chip.ariaPressed = String(n > 0);
		} }, it.name);
		return chip;
	}));
}

// extras are seldom needed, and out of the way.
function extras(sale, member) {
	const order = h("input", { type: "text", maxlength: 40, autocomplete: "off", placeholder: say("order"), "aria-label": say("order"), oninput: e => { sale.order = e.target.value.trim(); } });
	const time = h("input", { type: "datetime-local", "aria-label": say("earlier_when"), max: local(now()), min: local(now() - week), onchange: e => { sale.at = e.target.value ? new Date(e.target.value).getTime() : 0; } });
	const when = h("label", { class: "earlier", hidden: true }, say("earlier_when"), time);
	const late = h("button", { type: "button", class: "link", onclick: () => { late.hidden = true; when.hidden = false; time.focus(); } }, say("earlier"));
	return h("div", { class: "extras" }, order, late, planButton(member), when);
}

// keys makes hardware keys mean the pad's. A scanner that types is much faster
// than a finger: what it types is somebody's card, not an amount.
function keys(press, record, get, set) {
	let burst = "", before = "", last = 0;
	return e => {
		const fast = e.timeStamp - last < 40;
		last = e.timeStamp;
		if (e.key.length === 1) {
			if (!fast) { burst = ""; before = get(); }
			burst += e.key;
		}
		if (e.key === "Enter" && burst.length >= 8 && fast) {
			set(before);
			find(burst);
		} else if (e.key === "Enter") {
			if (e.target.closest?.("button")) return; // it presses that one
			record();
		} else if (e.key === "Escape") show("look");
		else if (typed(e)) press(typed(e));
		else return;
		e.preventDefault();
	};
}

// send makes the acts of a sale: the sale itself with what pays a part of it, or
// the vouchers alone.
function send({ member, who, name, bare, voucher }, sale, amount) {
	const at = sale.at || now();
	const common = { session: app.session.session, at: new Date(at).toISOString(), ...(sale.at && { late: true }) };
	const label = { name: bare ? say("bare") : member?.name || who.phone || "", amount: amount ? money(amount) : "" };
	const items = [...sale.items].map(([id, n]) => ({ id, n }));
	const acts = [];
	if (!amount) {
		for (const voucher of sale.vouchers) acts.push(["use", { ...common, voucher }, { ...label, kind: "use" }]);
	} else if (bare) {
		acts.push(["code", { ...common, amount, order: sale.order, items }, { ...label, kind: "code" }]);
	} else {
		const body = { ...common, ...(member ? { member: member.member } : who), amount, order: sale.order, items };
		if (sale.vouchers.size) body.vouchers = [...sale.vouchers];
		acts.push(["sale", body, { ...label, kind: "sale" }]);
	}
	const back = () => show("sale", { member, who, name, bare, voucher });
	if (!online() && acts.some(([path, body]) => path !== "sale" || body.vouchers)) {
		play("no");
		return show("done", { failed: say("offline_needs"), back });
	}
	for (const [path, body, label] of acts) perform(path, body, label, back);
}

// perform gives an act to the queue and shows what becomes of it; back leads to
// where it can be made otherwise.
export async function perform(path, body, label, back) {
	const act = { id: newId(), label };
	const came = outcome(act.id);
	show("done", { label, came, back });
	try { await add(path, { ...body, id: act.id }, label); } catch { show("done", { failed: say("store_full") }); }
}

const soon = 2500; // milliseconds until "sending" becomes "kept"

app.views.done = {
	pane: "stage",
	draw({ label, came, failed, back }) {
		const box = h("div", { class: "done" });
		const mine = this.box = box;
		// At an event's door the next one is a guest.
		const next = (focus = true) => h("button", { class: "go", "data-focus": focus, onclick: () => show(label.kind === "arrive" ? "door" : "look") }, say("next"));
		const put = (kind, ...parts) => {
			box.className = "done " + kind;
			box.replaceChildren(...parts.flat(9).filter(Boolean));
			box.querySelector("[data-focus]")?.focus({ preventScroll: true });
		};
		const body = (picture, title, ...rest) => h("div", { class: "body" }, h("div", { class: "mark" }, icon(picture)), h("h2", {}, title), rest);
		const refuse = (text, act) => put("bad", body("no", say("refused"), h("p", {}, text)),
			h("div", { class: "foot" }, back && h("button", { onclick: async () => { if (act) await forget(act); back(); } }, say("back")),
				h("button", { class: "go", "data-focus": true, onclick: async () => { if (act) await forget(act); show("look"); } }, say("ok"))));
		if (failed) { refuse(failed); return box; }

		put("busy", body("wait", say("sending"), whose(label)), next(false)); // the key that recorded is still down
		const kept = () => { if (app.view === "done" && this.box === mine) put("kept", body("wait", say("kept"), whose(label), h("p", { class: "quiet" }, say("kept_why"))), next()); };
		const timer = setTimeout(kept, soon);
		const away = () => { if (!online()) kept(); };
		addEventListener("net", away);
		if (!online()) kept(); // at once
		came.then(({ answer, refused }) => {
			clearTimeout(timer);
			removeEventListener("net", away);
			refreshRecent();
			if (app.view !== "done" || this.box !== mine) return;
			if (refused) { play("no"); return refuse(refused.text || say("wrong"), refused); }
			play("done");
			document.body.dataset.view = answer.qr ? "code" : "done"; // a code needs the room of the camera
			if (answer.qr) return put("code", code(answer), foot(answer, label, next));
			put("good", body("done", title(label, answer), whose(label), lines(answer, label)), foot(answer, label, next));
			heard(box.querySelector("h2").textContent);
		});
		return box;
	},
	key(e) { e.key === "Escape" ? show("look") : onward(e); },
};

const whose = label => h("p", { class: "whose" }, [label.name, label.amount].filter(Boolean).join(" · "));

function title(label, answer) {
	if (label.kind === "undo") return say("undone");
	if (answer.points > 0) return ["+" + number(answer.points), " ", h("small", {}, say("points"))];
	return label.kind === "arrive" && answer.what || say(label.kind === "use" ? "used" : "saved");
}

const lines = (answer, label) => [
	answer.lines?.length > 0 && h("ul", {}, answer.lines.map(l => h("li", {}, l))),
	(label.kind === "sale" || answer.points !== 0) && typeof answer.balance === "number" && h("p", { class: "now" }, say("now") + " ", h("b", {}, number(answer.balance))),
];

// foot has the way back: asked once, since a finger slips.
function foot(answer, label, next) {
	const box = h("div", { class: "foot" });
	const back = () => box.replaceChildren(...(answer.undo ? [h("button", { class: "undo", onclick: ask }, say("undo.button"))] : []),
		...(answer.qr ? [h("button", { class: "print", onclick: slip }, say("code_print"))] : []), next());
	const ask = () => box.replaceChildren(
		h("button", { class: "undo sure", onclick: () => perform("undo", { session: app.session.session, ref: answer.ref, at: new Date(now()).toISOString() }, { kind: "undo", name: answer.name || label.name }) }, say("yes")),
		h("button", { onclick: back }, say("no")));
	back();
	return box;
}

// code is the receipt's code of somebody who is no member. On paper, which the
// customer takes home, it says as well whose it is, what for, and what to do.
function code(answer) {
	return h("div", { class: "body" }, h("h2", {}, say("code_show")),
		h("p", { class: "slip" }, h("b", {}, app.state?.shop), h("br"), money(answer.amount)),
		h("img", { src: answer.qr, alt: answer.code }),
		h("p", { class: "letters" }, answer.code),
		h("p", { class: "slip" }, say("code_how")),
		h("p", { class: "quiet" }, say("until", { Time: when(answer.until) - now() > 864e5 ? day(answer.until) : clock(answer.until) })));
}

// slip prints it, with the picture.
async function slip() {
	await document.querySelector(".done img").decode().catch(() => {}); // the letters below it do as well
	print();
}
