// A membership that somebody paid for: which one, and the receipt of it.
import { app, h, icon, now, show } from "./base.js";
import { day, money, say } from "./words.js";
import { online } from "./api.js";
import { perform } from "./sale.js";
import { play } from "./sound.js";

// planButton leads there from a member's sale, where the shop sells plans.
export const planButton = member => member && !member.frozen && app.state?.plans?.length > 0 &&
	h("button", { type: "button", class: "link", onclick: () => show("plan", { member }) }, say("plan"));

// planLine says what they have.
export const planLine = member => member?.plan && h("p", { class: "has" }, say("plan_has", { Name: member.plan.name, Time: day(member.plan.until) }));

app.views.plan = {
	pane: "stage",
	// typed is what stood there when it was refused: nothing has to be said twice.
	draw({ member, typed }) {
		const plans = app.state?.plans || [];
		let chosen = plans.find(x => x.id === (typed?.plan ?? member.plan?.id)) || plans[0];
		const go = h("button", { class: "go", onclick: () => record() });
		const draw = () => { go.textContent = say("record", { Money: money(chosen.price) }); };
		const order = h("input", { type: "text", maxlength: 40, autocomplete: "off", placeholder: say("order"), "aria-label": say("order"), value: typed?.order });
		const record = () => {
			const back = () => show("plan", { member, typed: { plan: chosen.id, order: order.value } });
			if (!online()) { play("no"); return show("done", { failed: say("offline_needs"), back }); }
			const body = { session: app.session.session, at: new Date(now()).toISOString(), member: member.member, plan: chosen.id, amount: chosen.price, order: order.value.trim() };
			perform("plan", body, { kind: "plan", name: member.name, amount: money(chosen.price) }, back);
		};
		draw();
		return h("div", { class: "sale" },
			h("div", { class: "about" },
				h("header", {},
					h("button", { class: "icon back", "aria-label": say("back"), onclick: () => show("sale", { member }) }, icon("back")),
					h("div", { class: "whom" }, h("h2", {}, say("plan")), h("p", {}, member.name))),
				planLine(member),
				h("div", { class: "vouchers", role: "radiogroup", "aria-label": say("plan") }, plans.map(x =>
					h("label", { class: "tick" }, h("input", { type: "radio", name: "plan", checked: x === chosen, onchange: () => { chosen = x; draw(); } }),
						h("span", {}, h("b", {}, x.name), h("small", {}, say(x.year ? "plan_year" : "plan_month", { Money: money(x.price) })))))),
				h("div", { class: "extras" }, order)),
			h("div", { class: "till" }, go));
	},
	key(e) { if (e.key === "Escape") show("look"); },
};
