// What the page cannot say in HTML: Enter sends, chats stay scrolled to their
// end, and the tab of the phone in sight is marked. Without it all works, less
// comfortably.
(() => {
  const $$ = (q, root = document) => [...root.querySelectorAll(q)];

  // Enter sends, Shift+Enter breaks the line. The line break is what is caught,
  // not the key: an input method keeps its Enter, and a phone's keyboard sends
  // no key at all.
  let shift = false;
  document.addEventListener("beforeinput", (e) => {
    if (shift || e.isComposing || !/^insert(LineBreak|Paragraph)$/.test(e.inputType) || !e.target.matches(".composer textarea")) return;
    e.preventDefault();
    if (e.target.value.trim()) e.target.form.requestSubmit();
  });
  document.addEventListener("keydown", (e) => {
    shift = e.shiftKey;
    if (e.key === "Escape") {
      const open = e.target.closest("details.more[open], details.scan[open]");
      const panel = e.target.closest(".panel");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      else if (panel) panel.hidePopover();
    }
  });
  document.addEventListener("click", (e) => {
    $$("details.more[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
  });
  document.addEventListener("change", (e) => {
    if (e.target.matches(".lang select")) e.target.form.submit();
  });
  document.body.addEventListener("htmx:afterRequest", (e) => {
    const form = e.detail.elt;
    if (!e.detail.successful || !form.matches) return;
    if (form.matches(".composer")) { form.querySelector("textarea").value = ""; }
    if (form.matches("[data-reset]")) form.reset();
    const menu = form.closest("details.more");
    if (menu) menu.open = false;
  });

  // A chat that shows its end goes on showing it.
  const atEnd = new WeakMap();
  const toEnd = (log) => { if (atEnd.get(log) !== false) log.scrollTop = log.scrollHeight; };
  const watch = (log) => {
    if (atEnd.has(log)) return;
    atEnd.set(log, true);
    // Only going up on purpose lets go of the end: a picture that loads late
    // also moves the end away.
    let last = 0;
    log.addEventListener("scroll", () => {
      if (log.scrollHeight - log.scrollTop - log.clientHeight < 60) atEnd.set(log, true);
      else if (log.scrollTop < last - 2) atEnd.set(log, false);
      last = log.scrollTop;
    }, { passive: true });
    log.addEventListener("load", () => toEnd(log), true);
    sizes.observe(log);
    toEnd(log);
  };
  const sizes = new ResizeObserver((all) => all.forEach((c) => toEnd(c.target)));
  const look = () => { $$(".stick").forEach((log) => { watch(log); toEnd(log); }); };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  look();

  // The tab of the phone in sight.
  const marks = new IntersectionObserver((seen) => {
    seen.forEach((c) => {
      const tab = document.getElementById("tab-" + c.target.id);
      if (tab) tab.toggleAttribute("aria-current", c.isIntersecting);
    });
  }, { root: document.getElementById("phones"), threshold: 0.6 });
  const phones = () => $$(".phone").forEach((p) => marks.observe(p));
  new MutationObserver(phones).observe(document.querySelector(".stand"), { childList: true, subtree: true });
  phones();

  const show = (id, tries = 40) => {
    const phone = document.getElementById(id);
    if (!phone) { if (tries) setTimeout(show, 50, id, tries - 1); return; }
    phone.scrollIntoView({ inline: "center", block: "nearest" });
    setTimeout(() => {
      const text = phone.querySelector(".write :is(textarea, button)");
      if (!text) return;
      text.focus({ preventScroll: true });
      if (text.setSelectionRange) text.setSelectionRange(text.value.length, text.value.length);
    }, 150);
  };
  document.body.addEventListener("showPhone", (e) => show(e.detail.value));
  document.addEventListener("click", (e) => {
    const tab = e.target.closest(".tabs a");
    if (!tab) return;
    e.preventDefault();
    const phone = document.querySelector(tab.getAttribute("href"));
    if (phone) phone.scrollIntoView({ inline: "center", block: "nearest" });
  });

  const lost = document.getElementById("lost");
  document.body.addEventListener("htmx:sseError", () => { lost.hidden = false; });
  document.body.addEventListener("htmx:sseOpen", () => { lost.hidden = true; document.body.dataset.live = "1"; });
})();
