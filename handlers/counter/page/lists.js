// Lists: the last five, what waits, and what is seldom needed.
import { app, h, icon, kept, now, show } from "./base.js";
import { clock, lang, money, number, say, speak } from "./words.js";
import { again, all, counts, flush, forget, seen } from "./queue.js";
import { state } from "./api.js";
import { onward, refreshRecent } from "./look.js";
import { perform } from "./sale.js";
import { play, sounds } from "./sound.js";

const header = title => h("header", {}, h("button", { class: "icon back", "aria-label": say("back"), onclick: home }, icon("back")), h("h2", {}, title));

const home = () => show(app.session ? "look" : app.state?.device ? "who" : "setup");

const escape = { key(e) { if (e.key === "Escape") home(); } };

function recentList() {
	const list = h("div", { class: "rows" });
	if (!app.recent.length) list.append(h("p", { class: "quiet" }, say("recent_none")));
	for (const r of app.recent) {
		const side = h("div", { class: "side" });
		const undo = h("button", { class: "undo", onclick: () => side.replaceChildren(
			h("button", { class: "undo sure", onclick: () =>
				perform("undo", { session: app.session.session, ref: r.ref, at: new Date(now()).toISOString() }, { kind: "undo", name: r.name || r.label, amount: r.amount ? money(r.amount) : "" }) }, say("yes")),
			h("button", { onclick: () => side.replaceChildren(undo) }, say("no"))) }, say("undo.button"));
		side.append(r.undone ? h("span", { class: "quiet" }, say("undone")) : undo);
		list.append(h("div", { class: "act" + (r.undone ? " undone" : "") },
			h("time", {}, clock(r.at)),
			h("div", { class: "what" }, h("b", {}, r.name || (r.kind === "code" ? say("bare") : r.label)), h("span", {}, [r.what, r.points ? (r.points > 0 ? "+" : "") + number(r.points) : ""].filter(Boolean).join(" · "))),
			side));
	}
	return list;
}

app.views.recent = {
	key(e) { e.key === "Escape" ? home() : onward(e); },
	pane: "stage",
	draw: () => [header(say("recent")), recentList()],
	shown: refreshRecent,
	// beside is what stands in the second pane of a wide screen while nobody is
	// being served.
	beside() { document.getElementById("stage").replaceChildren(h("header", {}, h("h2", {}, say("recent"))), recentList()); },
};

addEventListener("recent", () => {
	if (app.view === "look") app.views.recent.beside();
	if (app.view === "recent") document.querySelector("#stage .rows")?.replaceWith(recentList());
});

// Before anybody is at the till, these have the page to themselves.
const pane = () => app.session ? "stage" : "full";

app.views.waiting = {
	...escape,
	pane,
	draw() {
		const list = h("div", { class: "rows" });
		this.fill = async () => {
			const acts = (await all()).filter(seen);
			list.replaceChildren(...(acts.length ? acts.map(waitingRow) : [h("p", { class: "quiet" }, say("waiting_none"))]));
		};
		this.fill();
		return [header(say("waiting")), list];
	},
	shown() { flush(); },
};

addEventListener("queue", () => { if (app.view === "waiting") app.views.waiting.fill(); });

function waitingRow(act) {
	const side = h("div", { class: "side" });
	if (act.state === "refused") {
		side.append(...[app.session && h("button", { onclick: () => again(act) }, say("again")), h("button", { onclick: () => forget(act) }, say("ok"))].filter(Boolean));
	} else if (!act.tries) { // the program cannot have it yet
		side.append(h("button", { onclick: () => side.replaceChildren(
			h("p", { class: "quiet" }, say("remove_sure")),
			h("button", { class: "undo sure", onclick: () => forget(act) }, say("remove")),
			h("button", { onclick: () => app.views.waiting.fill() }, say("no"))) }, say("remove")));
	}
	return h("div", { class: "act " + act.state },
		h("time", {}, clock(act.at)),
		h("div", { class: "what" }, h("b", {}, [act.label.name, act.label.amount].filter(Boolean).join(" · ")),
			h("span", {}, act.state === "refused" ? act.text || say("refused") : say("kind_" + act.label.kind))),
		side);
}

app.views.menu = {
	...escape,
	pane,
	draw() {
		const sound = h("button", { class: "row", onclick: () => { kept.set("sound", sounds() ? false : null); words(); play("done"); } });
		const words = () => { sound.replaceChildren(h("b", {}, say("sound")), h("span", {}, say(sounds() ? "on" : "off"))); };
		words();
		const choice = h("select", { "aria-label": say("language"), onchange: async () => {
			kept.set("lang", choice.value);
			await speak(choice.value);
			dispatchEvent(new Event("words"));
			show("menu");
			state().catch(() => {}); // items and stores have names in it too
		} }, languages().map(([l, own]) => h("option", { value: l, selected: l === lang() }, own)));
		return [header(say("menu")), h("div", { class: "list" },
			h("button", { class: "row", onclick: () => show("waiting") }, h("b", {}, say("waiting")), h("span", {}, String(counts.waiting + counts.refused))),
			app.session && app.state?.door && h("button", { class: "row", onclick: () => show("door") }, h("b", {}, say("door")), icon("go")),
			sound,
			h("label", { class: "row" }, h("b", {}, say("language")), choice),
			app.install && h("button", { class: "row", onclick: () => app.install.prompt() }, h("b", {}, say("install"))),
			h("p", { class: "row still" }, h("b", {}, say("device")), h("span", {}, [app.state?.device?.name, app.state?.device?.storeName].filter(Boolean).join(" · "))),
			h("p", { class: "quiet version" }, document.documentElement.dataset.version))];
	},
};

// languages are those that the program speaks, each as it calls itself.
function languages() {
	return (app.state?.langs || []).map(l => [l.id, l.name]);
}
