// Words, amounts and times in the language of the device.
import { app, kept, now, when } from "./base.js";

let book = { say: {}, money: {} };

// speak loads a language; the page says which one from then on.
export async function speak(lang) {
	const answer = await fetch(new URL(`words/${lang}.json`, import.meta.url));
	if (!answer.ok) throw new Error("no words in " + lang);
	book = await answer.json();
	document.documentElement.lang = lang;
}

// lang is the language now, what the server is asked to speak too.
export const lang = () => document.documentElement.lang;

// wanted is the language to start with: this device's choice, else the shop's.
export const wanted = () => kept.get("lang") || app.state?.lang || lang();

// wide letters of Chinese have no space between them, see i18n's close.
const between = /([\p{Script=Han}○，。！？：；「」）]) (?=[\p{Script=Han}「（])/gu;

// say is a text with its places filled.
export function say(key, places = {}) {
	const text = (book.say[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => places[name] ?? all);
	return lang().startsWith("zh") ? text.replace(between, "$1") : text;
}

export const number = n => (n < 0 ? "−" : "") + String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, ",");

export const digits = () => app.state?.currency?.digits ?? 0;

// money writes minor units of the shop's currency as chats do.
export function money(minor) {
	const unit = 10 ** digits(), whole = Math.floor(Math.abs(minor) / unit), rest = Math.abs(minor) % unit;
	const n = number(whole) + (rest ? "." + String(rest).padStart(digits(), "0") : "");
	const code = app.state?.currency?.code || "";
	return (minor < 0 ? "−" : "") + (book.money[code] || code + " %").replace("%", n);
}

const format = (t, how) => new Intl.DateTimeFormat(lang(), how).format(new Date(when(t)));

// clock is a time of day, with its day when that is not today.
export function clock(t) {
	const time = format(t, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
	return format(t, { dateStyle: "short" }) === format(now(), { dateStyle: "short" }) ? time : day(t) + " " + time;
}

export const day = t => format(t, { month: "short", day: "numeric" });

// left writes seconds as 0:45.
export const left = seconds => Math.floor(seconds / 60) + ":" + String(Math.ceil(seconds % 60)).padStart(2, "0");
