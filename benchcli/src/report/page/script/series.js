// The series of the page, numbers as people read them, and the state, which is also the URL.

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const ROW = 48;

// Numbers

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
const prefixes = { "-9": "n", "-6": "µ", "-3": "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T" };

/** What a value of this size is divided by, and the prefix that says so. */
function scale(size, series) {
  if (!(size > 0)) return [1, ""];
  if (series.binary) {
    const power = Math.min(4, Math.max(0, Math.floor(Math.log2(size) / 10)));
    return [2 ** (10 * power), ["", "Ki", "Mi", "Gi", "Ti"][power]];
  }
  if (!series.base && size >= 0.1 && size < 1e5) return [1, ""];
  const power = Math.min(12, Math.max(-9, 3 * Math.floor(Math.log10(size) / 3 + 1e-12)));
  return [10 ** power, prefixes[power]];
}

const withUnit = (text, prefix, series) => (prefix || series.base ? `${text} ${prefix}${series.base ?? ""}` : text);

function show(value, series) {
  if (!Number.isFinite(value)) return "–";
  const [factor, prefix] = scale(Math.abs(value), series);
  const scaled = value / factor, size = Math.abs(scaled);
  const text = size > 0 && size < 0.1 ? scaled.toPrecision(3) : scaled.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3);
  return withUnit(String(Number(text)), prefix, series);
}

/** Values from low to high that are round when divided by a factor; never one alone, which tells no scale. */
function ticks(low, high, wanted, factor) {
  const rough = (high - low) / factor / wanted;
  if (!(rough > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = [0.5, 1, 2, 5, 10].map((step) => step * power * factor);
  let found = [];
  for (let at = steps.findIndex((step) => step >= rough * factor * 0.999); at >= 0 && found.length < 2; at -= 1) {
    const first = Math.ceil(low / steps[at]), count = Math.floor(high / steps[at]) - first + 1;
    found = Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * steps[at]);
  }
  return found;
}

/** Texts of ticks with one prefix, and as many digits as they need. */
function tickTexts(values, series) {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const most = Math.max(0, ...sizes);
  // A smaller prefix may spare fractions; sizes in bytes are round in the largest alone.
  const small = scale(Math.min(...sizes), series);
  const [factor, prefix] = !series.binary && most / small[0] < 9999.5 ? small : scale(most, series);
  const scaled = values.map((value) => value / factor);
  const needs = (digits) => scaled.every((value) => Math.abs(value - Number(value.toFixed(digits))) < 1e-6 * Math.max(1, Math.abs(value)) / 10 ** digits);
  let digits = 0;
  while (digits < 9 && !needs(digits)) digits += 1;
  return scaled.map((value) => withUnit(String(Number(value.toFixed(digits))), prefix, series));
}

const percent = (ratio) => {
  if (!(Math.abs(ratio) < 1e30)) return ratio > 0 ? "+∞" : ratio < 0 ? "−∞" : "–";
  const change = (ratio - 1) * 100;
  return `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(Math.abs(change) < 10 ? 1 : 0)} %`;
};
/** By what a change multiplies; from nothing no number does. */
const factorOf = (change) => change.ratio ?? (change.level > change.before ? Infinity : -Infinity);
/** How far that is from no change, as a logarithm. */
const sizeOf = (change) => {
  const size = Math.abs(Math.log(factorOf(change)));
  return size < 99 ? size : 99;
};
const sized = (change) => `${change.worse ? "▲" : "▼"} ${percent(factorOf(change))}`;
/** Kind, size, interval and p of a change. */
const describe = (change) => `${change.kind} ${sized(change)}`
  + (change.interval ? ` [${percent(change.interval[0])}, ${percent(change.interval[1])}]` : "")
  + (change.p === undefined ? "" : ` p=${change.p.toFixed(3)}`)
  + (change.kind === "pending" ? ": more commits are needed to confirm it" : "")
  + (change.benchmark === undefined ? "" : `; the benchmark itself changed in ${change.benchmark}`);
/** In which colour a change is: one of the benchmark says nothing about the code. */
const tone = (change) => (change.benchmark !== undefined ? "faint" : change.worse ? "worse" : "better");
/** The changes of the code that last. */
const lastingOf = (series) =>
  (series.changes ?? []).filter((change) => change.kind !== "spike" && change.benchmark === undefined);
const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

// Series

function verdict(series) {
  const changes = lastingOf(series);
  if (changes.some((change) => change.worse && change.fixed === undefined)) return "worse";
  if (changes.some((change) => change.worse)) return "fixed";
  if (changes.length > 0) return "better";
  return series.pending ? "pending" : "quiet";
}

/** What a verdict is about: the largest regression that is open, as far as it still goes, or the pending change. */
function telling(series) {
  const lasting = lastingOf(series);
  const open = lasting.filter((change) => change.worse && change.fixed === undefined);
  if (open.length === 0) return lasting.length > 0 ? null : series.pending ?? null;
  const level = lasting[lasting.length - 1].level;
  const left = open.map((change) => {
    const isLeft = series.higher ? level < change.before : level > change.before;
    const ratio = level / change.before;
    return isLeft ? { ...change, level, ratio: Number.isFinite(ratio) ? ratio : undefined } : change;
  });
  return left.reduce((most, change) => (sizeOf(change) > sizeOf(most) ? change : most));
}

const all = data.series.map((series, id) => ({
  ...series, id, telling: telling(series),
  key: [data.packages[series.package], series.name, series.unit, data.environments[series.environment]].join("\n"),
  text: `${data.packages[series.package]} ${series.name} ${series.unit}`.toLowerCase(),
  verdict: verdict(series),
  latest: Math.max(-1, ...(series.changes ?? []).map((change) => change.at)),
}));

const changesOf = (series) => [...(series.changes ?? []), ...(series.pending ? [series.pending] : [])];
/** The commit of a change, or the first and the last of a drift. */
const commits = ({ kind, after, at }, digits) =>
  (kind === "drift" ? [after, at] : [at]).map((place) => data.commits[place][0].slice(0, digits)).join("..");

const places = (text) => new (data.commits.length > 65535 ? Uint32Array : Uint16Array)(bytes(text));
const measuredIn = data.measured.map((text) => text && new Set(places(text)));

/** As the chart takes it: null is a gap. What was measured elsewhere alone is none, and the line goes on. */
function gapped(column, series) {
  const measured = measuredIn[series.environment];
  return column.map((value, at) => value ?? (!measured || measured.has(at) ? null : undefined));
}

/** The points with a gap on both sides, which no line shows. */
function lonely(column) {
  const known = [...column.keys()].filter((at) => column[at] !== undefined);
  return known.filter((at, place) => column[at] !== null
    && (column[known[place - 1]] ?? null) === null && (column[known[place + 1]] ?? null) === null);
}

/** The columns of a series, along all commits; null where it was not measured. */
const columns = new Map();
function load(series) {
  const known = columns.get(series.id);
  if (known) return known;
  const count = data.commits.length;
  const values = new Float32Array(bytes(series.values));
  const at = series.at === undefined ? null : places(series.at);
  const counts = new Uint8Array(bytes(series.counts));
  const samples = series.samples === undefined ? null : new Float32Array(bytes(series.samples));
  const column = () => new Array(count).fill(null);
  const loaded = { first: 1, median: column(), low: column(), high: column(), count: column(), samples: column() };
  let from = 0;
  for (let point = 0; point < series.points; point += 1) {
    const commit = at ? at[point] : point;
    loaded.median[commit] = values[point];
    loaded.low[commit] = values[series.points + point];
    loaded.high[commit] = values[2 * series.points + point];
    loaded.count[commit] = counts[point];
    if (samples) {
      loaded.samples[commit] = samples.subarray(from, from + counts[point]);
      from += counts[point];
    }
  }
  columns.set(series.id, loaded);
  return loaded;
}

// State, which is also the address

const state = { q: "", package: "", unit: "", environment: "", verdict: "", sort: "worst", series: "", other: "", zoom: "", theme: "" };
/** Reads the address, and notes what it names that the report no longer has. */
function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const key of Object.keys(state)) state[key] = given.get(key) ?? (key === "sort" ? "worst" : "");
  // As links of earlier versions call it.
  if (state.verdict === "suspect") state.verdict = "pending";
  const options = (id) => [...$(id).options].map((option) => option.value);
  const lost = [];
  for (const [key, known, name] of [
    ...["package", "unit", "environment", "verdict", "sort"].map((id) => [id, options(id), (value) => `${id} ${value}`]),
    ...["series", "other"].map((id) => [id, [...byKey.keys()], (value) => `benchmark ${value.split("\n")[1] ?? value}`]),
  ]) {
    if (state[key] === "" || known.includes(state[key])) continue;
    lost.push(name(state[key]));
    state[key] = key === "sort" ? "worst" : "";
  }
  $("notice").hidden = lost.length === 0;
  $("notice").textContent = `This link refers to items that are not in this report: ${lost.join(", ")}.`;
}
function toAddress() {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (value !== "" && !(key === "sort" && value === "worst")) given.set(key, value);
  }
  history.replaceState(null, "", given.size ? `#${given}` : location.pathname + location.search);
}
