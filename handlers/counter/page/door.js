// An event's door: who is expected today, and letting them in.
import { app, h, icon, now, show } from "./base.js";
import { clock, say } from "./words.js";
import { call, online } from "./api.js";
import { perform } from "./sale.js";
import { play } from "./sound.js";
import { trouble } from "./unlock.js";

const back = () => h("header", {}, h("button", { class: "icon back", "aria-label": say("back"), onclick: () => show("look") }, icon("back")), h("h2", {}, say("door")));

const letIn = (what, label) => {
	const back = () => show("door", what);
	if (!online()) { play("no"); return show("done", { failed: say("offline_needs"), back }); }
	perform("arrive", { session: app.session.session, at: new Date(now()).toISOString(), ...what }, { kind: "arrive", ...label }, back);
};

function guest(g) {
	const state = g.state === "arrived" ? say("door_in", { Time: clock(g.at) }) : g.state === "waiting" ? say("door_waits") : "";
	return h("div", { class: "act guest" },
		h("div", { class: "what" }, h("b", {}, g.name), state && h("span", {}, state)),
		h("div", { class: "side" }, g.state === "going" && h("button", { "aria-label": say("door_let") + " " + g.name, onclick: () => letIn({ seat: g.seat }, { name: g.name }) }, say("door_let"))));
}

app.views.door = {
	pane: "stage",
	// typed is the ticket that stood there when it was refused.
	draw(typed) {
		const code = h("input", { value: typed?.code, type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 40, placeholder: say("door_code"), "aria-label": say("door_code") });
		const ticket = h("form", { class: "search", onsubmit: e => { e.preventDefault(); if (code.value.trim()) letIn({ code: code.value.trim() }, { name: code.value.trim() }); } },
			h("div", { class: "typed" }, code), h("button", { class: "find" }, say("door_let")));
		const list = h("div", { class: "rows" });
		const mine = this.list = list;
		const put = (...parts) => { if (app.view === "door" && this.list === mine) list.replaceChildren(...parts.flat(9)); };
		call("door", { session: app.session.session }).then(({ events }) => put(events.length
			? events.map(x => [h("h3", {}, x.name), h("p", { class: "quiet" }, x.when + " · " + x.full), x.seats.map(guest)])
			: h("p", { class: "quiet" }, say("door_none"))), e => {
			if (e.code === "session" || e.code === "device") return dispatchEvent(new Event(e.code));
			put(h("p", { class: "wrong", role: "alert" }, trouble(e)));
		});
		return [back(), ticket, list];
	},
	key(e) { if (e.key === "Escape") show("look"); },
};
