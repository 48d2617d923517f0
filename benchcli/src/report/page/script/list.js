// The list of series.

let shown = [];
let comparing = false;
/** While comparing, the one that Enter takes. */
let candidate = "";
const byKey = new Map(all.map((series) => [series.key, series]));
const chosen = () => byKey.get(state.series);
const other = () => byKey.get(state.other);

function select() {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  shown = all.filter((series) =>
    words.every((word) => series.text.includes(word))
    && (state.package === "" || data.packages[series.package] === state.package)
    && (state.unit === "" || series.unit === state.unit)
    && (state.environment === "" || data.environments[series.environment] === state.environment)
    && (state.verdict === "" || series.verdict === state.verdict));
  const rank = { worse: 0, pending: 1, fixed: 2, better: 3, quiet: 5 };
  // What may have got better is no reason to look.
  const rankOf = (series) => (series.verdict === "pending" && !series.pending.worse ? 4 : rank[series.verdict]);
  const badness = ({ telling, worsening }) => (telling ? (telling.worse ? 1 : -1) * sizeOf(telling) : worsening);
  const orders = {
    worst: (a, b) => rankOf(a) - rankOf(b) || badness(b) - badness(a),
    name: (a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0),
    latest: (a, b) => b.latest - a.latest,
  };
  shown.sort((a, b) => orders[state.sort]?.(a, b) || a.id - b.id);
  $("count").textContent = `${shown.length} of ${all.length} series`;
  $("rows").style.height = `${shown.length * ROW}px`;
  draw();
}

const short = (name) => name.split("/").pop();
function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const explained = new Set(data.explained.map((explanation) => JSON.stringify([explanation.package, explanation.name])));
const isExplained = (series) => explained.has(JSON.stringify([data.packages[series.package], series.name]));

/** What the list says of a series, and in which colour. */
function inList(series) {
  if (series.telling) {
    const doubt = series.verdict === "pending" ? "? " : "";
    return [`${doubt}${sized(series.telling)}`, series.telling.worse ? "worse" : "better"];
  }
  if (series.verdict === "better") {
    const size = Math.exp(series.worsening);
    return [`▼ ${percent(series.higher ? 1 / size : size)}`, "better"];
  }
  return [series.verdict === "fixed" ? "fixed" : "–", "faint"];
}

/** Only the rows that can be seen are in the page. */
function draw() {
  const list = $("list");
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 4);
  const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 4);
  const rows = [];
  for (let at = first; at < last; at += 1) {
    const series = shown[at];
    const row = element("div", undefined, "row");
    row.id = `row${series.id}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(series.key === state.series));
    row.classList.toggle("other", series.key === state.other);
    row.classList.toggle("candidate", comparing && series.key === candidate);
    row.style.top = `${at * ROW}px`;
    row.dataset.at = String(at);
    const [change, color] = inList(series);
    const place = data.packages[series.package];
    row.append(element("b", series.name), element("span", change, `number ${color}`),
      element("small", `${short(place)}${place ? " · " : ""}${series.unit}${isExplained(series) ? " · explained" : ""}`),
      element("small", show(series.last, series), "number"));
    row.title = `${place} ${series.name}`;
    rows.push(row);
  }
  $("rows").replaceChildren(...rows);
  const series = (comparing && byKey.get(candidate)) || chosen();
  $("list").setAttribute("aria-activedescendant", series ? `row${series.id}` : "");
}

function reveal(key = state.series) {
  const at = shown.findIndex((series) => series.key === key);
  if (at < 0) return;
  const list = $("list");
  if (at * ROW < list.scrollTop) list.scrollTop = at * ROW;
  if ((at + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (at + 1) * ROW - list.clientHeight;
}

function compare(on) {
  comparing = on;
  candidate = "";
}

function choose(series) {
  if (!series) return;
  if (comparing && series.key !== state.series) {
    state.other = series.key;
    compare(false);
  } else {
    if (state.series !== series.key) state.zoom = "";
    state.series = series.key;
    if (state.other === series.key) state.other = "";
  }
  toAddress();
  reveal();
  draw();
  detail();
}

/** The next row, or the one before; while comparing nothing is chosen yet. */
function move(step) {
  const last = shown.length - 1;
  let at = shown.findIndex((series) => series.key === ((comparing && candidate) || state.series)) + step;
  if (!comparing) {
    choose(shown[Math.max(0, Math.min(last, at))]);
    return;
  }
  if (shown[at]?.key === state.series) at += step;
  if (at < 0 || at > last) return;
  candidate = shown[at].key;
  reveal(candidate);
  draw();
}

/** Enter: the candidate, or the first that was found. */
function take() {
  choose(shown.find((series) => (comparing ? series.key === candidate : true))
    ?? shown.find((series) => series.key !== state.series));
}
