// What every part of the page shares: elements, settings, the clock, the views.

// h makes an element. Properties that start with "on" are listeners, others are
// attributes; children are elements, texts, or nothing. No text is ever read as
// HTML.
export function h(tag, props, ...children) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(props || {})) {
		if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
		else if (value === true) e.setAttribute(name, "");
		else if (value !== false && value != null) e.setAttribute(name, value);
	}
	e.append(...children.flat(9).filter(c => c != null && c !== false && c !== ""));
	return e;
}

const paths = {
	back: "M15 5l-7 7 7 7", lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3", menu: "M5 6h14M5 12h14M5 18h14",
	rub: "M9 6h11v12H9l-6-6zM12 9.5l5 5M17 9.5l-5 5", turn: "M4 9h12l-3-3M20 15H8l3 3", camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 16.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6",
	go: "M9 5l7 7-7 7", done: "M5 12.5l4.5 4.5L19 7.5", no: "M6.5 6.5l11 11M17.5 6.5l-11 11", wait: "M12 7v5l3.5 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
};

// icon draws one of the page's few pictures; it is never alone with its meaning.
export function icon(name) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("aria-hidden", "true");
	const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
	path.setAttribute("d", paths[name]);
	svg.append(path);
	return svg;
}

// kept is what a device remembers of itself, never of a member. A browser that
// keeps nothing works until it is closed.
export const kept = {
	get(name) { try { return JSON.parse(localStorage.getItem("counter." + name)); } catch { return null; } },
	set(name, value) { try { value == null ? localStorage.removeItem("counter." + name) : localStorage.setItem("counter." + name, JSON.stringify(value)); } catch { /* as above */ } },
};

// app is what the page knows now.
export const app = {
	state: kept.get("state"), // the last answer of GET state
	session: null,            // {session, staff, name, role}
	view: "start",
	views: {},
	recent: [],
};

// sessions outlive a reload of the page, and nothing more.
export function open(session) {
	app.session = session;
	try { session ? sessionStorage.setItem("session", JSON.stringify(session)) : sessionStorage.removeItem("session"); } catch { /* it ends with the page */ }
}

export function reopen() {
	try { app.session = JSON.parse(sessionStorage.getItem("session")); } catch { /* none */ }
}

// now is the server's time in milliseconds: cheap tablets' clocks are wrong.
export const now = () => Date.now() + (kept.get("ahead") || 0);

// when reads a time of the server, RFC 3339, or one of our own.
export const when = t => new Date(t).getTime();

// show draws a view into its pane. Whatever it gave is replaced; a view's draw
// gives elements and may say which of them gets the focus (data-focus).
export function show(name, data) {
	const view = app.views[name];
	app.views[app.view]?.leave?.();
	app.view = name;
	document.body.dataset.view = name;
	const place = typeof view.pane === "function" ? view.pane() : view.pane;
	const pane = document.getElementById(place);
	document.body.dataset.pane = place;
	if (view.draw) {
		pane.replaceChildren(...[view.draw(data)].flat(9));
		pane.scrollTop = 0;
		(pane.querySelector("[data-focus]") || pane).focus({ preventScroll: true }); // no key goes on into a field that was left
	}
	view.shown?.(data);
	dispatchEvent(new Event("view"));
}

// heard tells people who do not look, and those who do.
export function heard(text) { document.getElementById("heard").textContent = text; }
