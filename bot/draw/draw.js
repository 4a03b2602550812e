// Applies the data-s attributes of drawings: "color:#1F2933;flex-grow:4". The
// server has checked every value; a strict Content-Security-Policy forbids
// style attributes, not this.
(() => {
  const paint = (el) => {
    for (const pair of el.dataset.s.split(";")) {
      const at = pair.indexOf(":");
      el.style.setProperty(pair.slice(0, at), pair.slice(at + 1));
    }
  };
  const all = (root) => {
    if (root.nodeType !== 1) return;
    if (root.dataset.s) paint(root);
    root.querySelectorAll("[data-s]").forEach(paint);
  };
  all(document.documentElement);
  new MutationObserver((changes) => {
    for (const c of changes) c.addedNodes.forEach(all);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
