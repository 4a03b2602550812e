// What the pages do better with a script than without: they work without it.
"use strict";
// A form that was sent is not sent again while its answer is on the way.
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.dataset.sent) { e.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 5000);
});
