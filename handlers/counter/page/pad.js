// The keys that a finger finds without looking: of a PIN and of an amount.
import { h, icon } from "./base.js";
import { say } from "./words.js";

// pad is twelve keys; corner is what stands left of the zero, "" for nothing.
// press is called with the key's text or "Backspace".
export function pad(corner, press) {
	const key = (label, value = label, props = {}) =>
		h("button", { type: "button", class: "key", onclick: () => press(value), ...props }, label);
	return h("div", { class: "pad" },
		[..."123456789"].map(n => key(n)),
		corner ? key(corner) : h("span"),
		key("0"),
		key(icon("rub"), "Backspace", { "aria-label": say("pin_delete") }));
}

// typed is what a hardware key means to a pad, or "".
export function typed(e) {
	if (e.ctrlKey || e.metaKey || e.altKey) return "";
	if (/^[0-9.]$/.test(e.key) || e.key === "Backspace") return e.key;
	return e.key === "," ? "." : "";
}
