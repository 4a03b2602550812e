// The page on the counter: from the first start to each sale.
import { app, h, icon, open, reopen, show } from "./base.js";
import { say, speak, wanted } from "./words.js";
import { online, Refused, state } from "./api.js";
import { counts, flush } from "./queue.js";
import { gone, lock, tokenOf } from "./unlock.js";
import "./look.js";
import "./sale.js";
import "./lists.js";
import "./plan.js";
import "./door.js";

// The bar says who is at the till, and what is not as it should be.
function bar() {
	const chips = [
		!online() && h("span", { class: "chip off" }, say("offline")),
		counts.waiting > 0 && h("button", { class: "chip", onclick: () => show("waiting") }, say("waiting_chip", { Number: counts.waiting })),
		counts.refused > 0 && h("button", { class: "chip bad", onclick: () => show("waiting") }, say("refused_chip", { Number: counts.refused })),
	];
	document.getElementById("bar").replaceChildren(...[
		h("div", { class: "where" }, h("b", {}, app.session?.name || app.state?.shop || say("title")),
			h("span", {}, app.session ? app.state?.device?.storeName || app.state?.shop : app.state?.device?.name)),
		h("div", { class: "chips", role: "status" }, chips.filter(Boolean)),
		app.session && h("button", { class: "icon", "aria-label": say("lock"), onclick: lock }, icon("lock")),
		app.state?.device && h("button", { class: "icon", "aria-label": say("menu"), onclick: () => show("menu") }, icon("menu")),
	].filter(Boolean));
}
for (const what of ["view", "net", "queue", "state", "words"]) addEventListener(what, bar);

addEventListener("session", () => { if (app.session) { open(null); lock(); } });
addEventListener("device", gone);
addEventListener("net", () => { if (app.view === "who") show("who"); });
addEventListener("state", () => { if (app.view === "who") show("who"); });
addEventListener("words", () => { document.getElementById("look").replaceChildren(); });

// An idle till locks itself. Without a network it does not, since nobody could
// open it again and all it can do is keep purchases; it does once the network is
// back.
let touched = Date.now();
const touch = () => { touched = Date.now(); try { sessionStorage.setItem("touched", touched); } catch { /* no reload then */ } };
for (const what of ["pointerdown", "keydown", "view"]) addEventListener(what, touch, true);
function idle() {
	const most = (app.state?.idle || 300) * 1000;
	if (app.session && online() && Date.now() - touched > most) lock();
	renew();
}
setInterval(idle, 1000);
document.addEventListener("visibilitychange", idle);

// One listener for hardware keys: fields keep theirs, the view gets the rest.
addEventListener("keydown", e => {
	if (e.isComposing || e.target.matches?.("input, select, textarea") && e.key !== "Escape") return;
	app.views[app.view]?.key?.(e);
});

// The phone's back key leads to the camera, not out of the page.
addEventListener("popstate", () => {
	history.pushState(1, "");
	if (app.session) show("look"); else if (app.state?.device) show("who");
});

addEventListener("beforeinstallprompt", e => { e.preventDefault(); app.install = e; });
addEventListener("hashchange", () => start());

// While the program cannot be reached it is asked again; while it can, now and
// then, so that staff and items stay as they are.
async function ask() {
	try {
		const answer = await state();
		if (!answer.device && document.body.dataset.view !== "setup") gone();
	} catch (e) {
		if (e instanceof Refused && e.code === "device") gone();
	}
}
setInterval(() => { if (!document.hidden && !online()) ask(); }, 4000);
setInterval(() => { if (!document.hidden && online() && app.state) ask(); }, 60000);

// A new version takes over when nobody is being served.
let stale = false;
function renew() {
	const quiet = document.body.dataset.pane === "full" && app.view !== "first" && app.view !== "pin" || app.view === "look" && !document.getElementById("field")?.value;
	if (stale && quiet && online()) { stale = false; location.reload(); }
}
function install() {
	const workers = navigator.serviceWorker;
	if (!workers) return;
	const had = !!workers.controller;
	workers.addEventListener("controllerchange", () => { stale = had; });
	workers.register("/counter/sw.js", { scope: "/counter/" }).then(r => {
		setInterval(() => r.update().catch(() => {}), 600e3);
		document.addEventListener("visibilitychange", () => { if (!document.hidden) r.update().catch(() => {}); });
	}).catch(() => {});
	navigator.storage?.persist?.();
}

// start shows what is to be shown: a link makes a device, a session goes on.
async function start() {
	const token = tokenOf(location.hash);
	if (location.hash) history.replaceState(1, "", location.pathname); // it works once; nobody need see it
	if (!app.state?.device || token) await ask();
	await speak(wanted());
	if (token) return show("setup", { token });
	if (!app.state?.device) return show("setup");
	show(app.session ? "look" : "who");
	idle();
	if (app.session) ask();
	flush();
}

reopen();
try { touched = Number(sessionStorage.getItem("touched")) || touched; } catch { /* as if just touched */ }
history.replaceState(1, "");
history.pushState(1, "");
install();
await speak(wanted()).catch(() => {});
await start();
document.body.dataset.live = "1";
