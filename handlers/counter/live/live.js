// The live card listens for its parts and puts each in its place. It asks for
// nothing by itself; what it counts, it counts by the shop's clock.
"use strict";
(() => {
	const $ = id => document.getElementById(id);
	const lost = $("lost");
	const silence = 25000, patience = 3000, again = 10000; // milliseconds
	let source, heard = performance.now(), failing = 0;
	let shop = { at: Number(document.body.dataset.now), since: performance.now() };

	// now is the shop's time, in Unix seconds.
	const now = () => shop.at + (performance.now() - shop.since) / 1000;

	function place(html) {
		const box = document.createElement("template");
		box.innerHTML = html;
		const part = box.content.firstElementChild, old = part && $(part.id);
		if (!old) return;
		for (const d of old.querySelectorAll("details[open]")) {
			const same = part.querySelector("#" + CSS.escape(d.id));
			if (same) same.open = true;
		}
		for (const t of old.querySelectorAll(".count")) t.textContent = ""; // only counted on
		const held = old.contains(document.activeElement) && document.activeElement.closest("details");
		if (old.textContent !== part.textContent && part.id !== "code") part.classList.add("fresh");
		old.replaceWith(part);
		if (held) part.querySelector("#" + CSS.escape(held.id) + " summary")?.focus();
		count();
	}

	// close leaves nothing of the card in sight.
	function close(html) {
		clearInterval(ticking);
		document.body.className = "gone";
		document.querySelector("main").innerHTML = html;
		for (const e of document.querySelectorAll("header, footer, #lost")) e.hidden = true;
	}

	// count shows how long a voucher is still good, and takes away a code that
	// nobody could scan any more.
	function count() {
		const code = $("code");
		code.classList.toggle("late", Number(code.dataset.end) <= now());
		for (const t of document.querySelectorAll(".count")) {
			const left = Math.max(0, Math.floor(Number(t.dataset.end) - now()));
			const two = n => String(n).padStart(2, "0");
			const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60;
			t.textContent = (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(left % 60);
		}
	}

	function alive() {
		heard = performance.now();
		failing = 0;
	}

	function listen() {
		source?.close();
		source = new EventSource(location.pathname + "/changes");
		source.addEventListener("part", e => { alive(); place(e.data); });
		source.addEventListener("beat", e => { alive(); shop = { at: Number(e.data), since: performance.now() }; look(); });
		source.addEventListener("gone", e => { source.close(); close(e.data); });
		source.addEventListener("error", () => {
			failing ||= performance.now();
			// The browser comes again by itself, unless it was refused.
			if (source.readyState === EventSource.CLOSED) setTimeout(listen, again);
		});
	}

	function look() {
		const t = performance.now();
		lost.hidden = navigator.onLine && t - heard < silence && !(failing && t - failing > patience);
		count();
		document.body.dataset.live = lost.hidden ? "1" : "0";
	}

	addEventListener("offline", look);
	addEventListener("online", () => { listen(); look(); });
	// A phone that slept has a connection that may be dead and not know it.
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden && performance.now() - heard > silence / 2) listen();
	});
	const ticking = setInterval(look, 1000);
	listen();
	look();
})();
