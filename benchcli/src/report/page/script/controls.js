// The controls, and the first drawing.

function fill(id, first, values) {
  const options = [["", first], ...values.map((value) => [value, value || "(none)"])];
  $(id).replaceChildren(...options.map(([value, text]) => {
    const option = element("option", text);
    option.value = value;
    return option;
  }));
  $(id).hidden = values.length < 2;
}

function theme() {
  const wanted = state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const dark = wanted && !paper.matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

function refresh() {
  for (const id of ["package", "unit", "environment", "verdict", "sort"]) $(id).value = state[id];
  $("search").value = state.q;
  theme();
  select();
  if (!chosen() && shown.length > 0) state.series = shown[0].key;
  reveal();
  draw();
  detail();
}

const changed = () => {
  $("notice").hidden = true;
  toAddress();
  $("list").scrollTop = 0;
  select();
  if (!shown.some((series) => series.key === candidate)) candidate = "";
  draw();
  // Who compares looks for another one.
  if (!comparing && !state.other && !shown.includes(chosen()) && shown.length > 0) choose(shown[0]);
};
$("search").addEventListener("input", (event) => { state.q = event.target.value; changed(); });
for (const id of ["package", "unit", "environment", "verdict", "sort"]) {
  $(id).addEventListener("change", (event) => { state[id] = event.target.value; changed(); });
}
$("controls").addEventListener("submit", (event) => event.preventDefault());
$("theme").addEventListener("click", () => {
  state.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  try { localStorage.setItem("benchcli-theme", state.theme); } catch { /* Not allowed from a file. */ }
  toAddress();
  theme();
  detail();
});
$("list").addEventListener("scroll", draw, { passive: true });
$("rows").addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (row) choose(shown[Number(row.dataset.at)]);
});
addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  const inside = (selector) => event.target.closest(selector);
  if (event.key === "Escape") {
    if (pinned !== null) {
      pin(null);
      return;
    }
    if (state.other || comparing) {
      state.other = "";
      compare(false);
      toAddress();
      draw();
      detail();
    } else {
      state.q = "";
      $("search").value = "";
      changed();
      detail();
    }
    $("list").focus();
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    $("search").focus();
    $("search").select();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (!typing || typing.id === "search") && !inside("#detail")) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && !typing) {
    event.preventDefault();
    step(event.key === "ArrowRight" ? 1 : -1);
  } else if (event.key === "Enter" && typing?.id === "search") {
    take();
    $("list").focus();
  } else if (event.key === "Enter" && comparing && candidate && !typing && !inside("a, button, summary")) {
    take();
  } else if (event.key === "Enter" && pinned !== null && !typing && !inside("a, button, summary")) {
    event.preventDefault();
    $("tip").querySelector("a")?.focus();
  } else if (event.key === "c" && !typing && !event.ctrlKey && !event.metaKey) {
    compare(!comparing);
    draw();
    detail();
  }
});
addEventListener("resize", () => {
  draw();
  chart?.setSize(room());
  tip(pinned);
});
// What is pinned goes with its commit.
for (const it of [window, $("detail")]) it.addEventListener("scroll", () => tip(pinned), { passive: true });
// A sheet of paper is white, and not as wide as the window.
paper.addEventListener("change", () => {
  theme();
  detail();
});
addEventListener("hashchange", () => { fromAddress(); refresh(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { theme(); detail(); });

$("hint-link").hidden = !data.commit_url;
const measured = data.commits.length;
$("facts").textContent = measured === 0 ? "no commit has results"
  : `${all.length} series over ${measured} commits, ${day(data.commits[0][2])} to ${day(data.commits[measured - 1][2])}`;
fill("package", "all packages", data.packages);
fill("unit", "all units", [...new Set(data.series.map((series) => series.unit))].sort());
fill("environment", "all environments", data.environments);
fromAddress();
try { state.theme ||= localStorage.getItem("benchcli-theme") ?? ""; } catch { /* Not allowed from a file. */ }
effects(200);
refresh();
document.documentElement.dataset.ready = "true";
