// A line's values, read one by one with arrow keys or a pointer. What is read
// stands in the table below the drawing, which is all there is without a script.
"use strict";
(() => {
  const read = (figure, plot) => {
    const rows = figure.querySelectorAll("tbody tr");
    const heads = figure.querySelectorAll("thead th");
    const places = rows.length;
    const mark = plot.querySelector(".chart-at");
    const said = plot.querySelector(".chart-said");
    let at = places - 1;
    const words = (i) => {
      const cells = rows[i].children;
      const parts = [];
      for (let k = 1; k < cells.length; k++) parts.push(heads[k].textContent + " " + cells[k].textContent.trim());
      return cells[0].textContent + ": " + parts.join(" · ");
    };
    const show = (i) => {
      at = Math.min(Math.max(i, 0), places - 1);
      const x = (places > 1 ? 3 + (94 * at) / (places - 1) : 50) + "%";
      mark.setAttribute("visibility", "visible");
      mark.setAttribute("x1", x);
      mark.setAttribute("x2", x);
      said.textContent = words(at);
      plot.setAttribute("aria-valuenow", at);
      plot.setAttribute("aria-valuetext", said.textContent);
    };
    plot.setAttribute("tabindex", "0");
    plot.setAttribute("role", "slider");
    plot.setAttribute("aria-label", figure.querySelector("figcaption").textContent + ". " + plot.dataset.how);
    plot.setAttribute("aria-valuemin", 0);
    plot.setAttribute("aria-valuemax", places - 1);
    plot.setAttribute("aria-valuenow", at);
    plot.setAttribute("aria-valuetext", words(at));
    said.textContent = plot.dataset.how;
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7, Home: -places, End: places };
    plot.addEventListener("keydown", (e) => {
      if (!(e.key in steps) || e.ctrlKey || e.altKey || e.metaKey) return;
      e.preventDefault();
      show(at + steps[e.key]);
    });
    plot.addEventListener("focus", () => show(at));
    plot.addEventListener("pointermove", (e) => {
      const box = plot.getBoundingClientRect();
      const share = ((e.clientX - box.left) / box.width - 0.03) / 0.94;
      show(Math.round(share * (places - 1)));
    });
  };
  const all = (root) => {
    for (const plot of root.querySelectorAll(".chart-plot:not([tabindex])")) read(plot.closest("figure"), plot);
  };
  all(document);
  document.addEventListener("htmx:load", (e) => all(e.target));
})();
