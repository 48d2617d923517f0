(function () {
  const width = 1200;
  const boxes = Array.from(document.querySelectorAll("g.f"));
  const number = (box, name) => parseFloat(box.dataset[name]);
  function place(box, x, w) {
    const rect = box.querySelector("rect");
    const text = box.querySelector("text");
    box.style.display = x + w <= 0 || x >= width || w < 0.2 ? "none" : "";
    const left = Math.max(x, 0);
    const right = Math.min(x + w, width);
    rect.setAttribute("x", left);
    rect.setAttribute("width", Math.max(right - left, 0));
    text.setAttribute("x", left + 3);
    const fits = Math.floor((right - left - 6) / 7.3);
    const name = box.dataset.n;
    text.textContent =
      fits < 3 ? "" : name.length <= fits ? name : name.slice(0, fits - 2) + "..";
  }
  function zoom(to) {
    const scale = width / number(to, "w");
    for (const box of boxes) {
      place(box, (number(box, "x") - number(to, "x")) * scale, number(box, "w") * scale);
    }
  }
  function search() {
    const query = window.prompt("Functions whose name contains:", "");
    if (query === null) return;
    for (const box of boxes) {
      const found = query !== "" && box.dataset.n.includes(query);
      const rect = box.querySelector("rect");
      rect.setAttribute("stroke", found ? "#080" : "#fff");
      rect.setAttribute("stroke-width", found ? "2" : "0.5");
    }
  }
  for (const box of boxes) {
    place(box, number(box, "x"), number(box, "w"));
    box.addEventListener("click", () => zoom(box));
  }
  document.getElementById("search").addEventListener("click", search);
})();
