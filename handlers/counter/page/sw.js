// The service worker keeps one version of the page whole, so that it opens
// without a network. What the program says (/counter/api/) is never kept: a
// member's points are true only at the moment of asking.
const CACHE = "counter-" + VERSION;

self.addEventListener("install", event => event.waitUntil((async () => {
	const cache = await caches.open(CACHE);
	await cache.addAll(FILES.map(file => new Request(file, { cache: "reload" })));
	await self.skipWaiting();
})()));

self.addEventListener("activate", event => event.waitUntil((async () => {
	for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
	await self.clients.claim();
})()));

self.addEventListener("fetch", event => {
	const url = new URL(event.request.url);
	if (event.request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/counter/api/")) return;
	const shell = event.request.mode === "navigate" && url.pathname === "/counter/";
	event.respondWith((async () => {
		const cache = await caches.open(CACHE);
		return await cache.match(shell ? "/counter/" : event.request) || fetch(event.request);
	})());
});
