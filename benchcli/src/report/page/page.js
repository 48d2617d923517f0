"use strict";
(() => {
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
  const told = (change) => `${change.kind} ${sized(change)}`
    + (change.interval ? ` [${percent(change.interval[0])}, ${percent(change.interval[1])}]` : "")
    + (change.p === undefined ? "" : ` p=${change.p.toFixed(3)}`)
    + (change.kind === "suspect" ? ": more commits will tell" : "");
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

  // Series

  function verdict(series) {
    const changes = (series.changes ?? []).filter((change) => change.kind !== "spike");
    if (changes.some((change) => change.worse && change.fixed === undefined)) return "worse";
    if (changes.some((change) => change.worse)) return "fixed";
    if (changes.length > 0) return "better";
    return series.suspect ? "suspect" : "quiet";
  }

  /** What a verdict is about: the largest regression that is open, as far as it still goes, or the suspect. */
  function telling(series) {
    const lasting = (series.changes ?? []).filter((change) => change.kind !== "spike");
    const open = lasting.filter((change) => change.worse && change.fixed === undefined);
    if (open.length === 0) return lasting.length > 0 ? null : series.suspect ?? null;
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

  const changesOf = (series) => [...(series.changes ?? []), ...(series.suspect ? [series.suspect] : [])];
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
  /** An old address may name what is no longer there: it is left out, and said. */
  function fromAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const key of Object.keys(state)) state[key] = given.get(key) ?? (key === "sort" ? "worst" : "");
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
    $("notice").textContent = `The address names what is not here: ${lost.join(", ")}. The rest is shown.`;
  }
  function toAddress() {
    const given = new URLSearchParams();
    for (const [key, value] of Object.entries(state)) {
      if (value !== "" && !(key === "sort" && value === "worst")) given.set(key, value);
    }
    history.replaceState(null, "", given.size ? `#${given}` : location.pathname + location.search);
  }

  // List

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
    const rank = { worse: 0, suspect: 1, fixed: 2, better: 3, quiet: 5 };
    // What may have got better is no reason to look.
    const rankOf = (series) => (series.verdict === "suspect" && !series.suspect.worse ? 4 : rank[series.verdict]);
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

  const explained = new Set(data.explained.map((told) => JSON.stringify([told.package, told.name])));
  const isExplained = (series) => explained.has(JSON.stringify([data.packages[series.package], series.name]));

  /** What the list says of a series, and in which colour. */
  function inList(series) {
    if (series.telling) {
      const doubt = series.verdict === "suspect" ? "? " : "";
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

  // Chart

  const paper = matchMedia("print");
  let chart = null;
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function detail() {
    const series = chosen();
    chart?.destroy();
    chart = null;
    pin(null);
    $("changes").replaceChildren();
    $("explained").replaceChildren();
    $("name").textContent = series ? `${series.name} ${series.unit}` : "Choose a benchmark";
    if (!series) {
      $("about").textContent = "";
      return;
    }
    const second = other();
    const place = data.packages[series.package];
    const elsewhere = second && second.environment !== series.environment ? ` in ${data.environments[second.environment]}` : "";
    $("about").textContent = [place, data.environments[series.environment], comparing ? "choose one to compare with: search, arrows and Enter, or a click" : "",
      second ? `compared with ${second.name} ${second.unit}${elsewhere}, each relative to its first value` : ""].filter(Boolean).join(" · ");
    plot(series, second);
    changesTable(series);
    explanations(series);
  }

  function relative(loaded) {
    const first = loaded.median.find((value) => value !== null && value !== 0) ?? 1;
    const scale = (column) => column.map((value) => (value === null ? null : value / first));
    return { ...loaded, first, median: scale(loaded.median), low: scale(loaded.low), high: scale(loaded.high),
      samples: loaded.samples.map((values) => (values === null ? null : values.map((value) => value / first))) };
  }

  /** How large the chart can be. */
  function room() {
    return { width: Math.max(280, $("chart").clientWidth), height: Math.max(260, Math.min(420, innerHeight * 0.45)) };
  }

  function plot(series, second) {
    const count = data.commits.length;
    const xs = Array.from({ length: count }, (_, at) => at);
    const loaded = second ? relative(load(series)) : load(series);
    const compared = second ? relative(load(second)) : null;
    const line = (color, of, column) => {
      const alone = lonely(column);
      return { stroke: color, width: 1.8,
        points: { show: of.points <= 120, size: 5, fill: color, filter: (_, __, isShown) => (isShown ? null : alone) } };
    };
    const edge = { stroke: "transparent", points: { show: false } };
    const own = style("--series"), others = style("--other");
    const columnsOf = (from, of) => [from.median, from.low, from.high].map((column) => gapped(column, of));
    const plotted = [xs, ...columnsOf(loaded, series)];
    const drawn = [{}, line(own, series, plotted[1]), edge, edge];
    const bands = [{ series: [3, 2], fill: `${own}28` }];
    if (compared) {
      plotted.push(...columnsOf(compared, second));
      drawn.push(line(others, second, plotted[4]), edge, edge);
      bands.push({ series: [6, 5], fill: `${others}28` });
    }
    const holder = $("chart");
    const grid = { stroke: style("--line"), width: 1 };
    const axis = { stroke: style("--faint"), grid, ticks: { ...grid, size: 4 }, font: "12px system-ui, sans-serif" };
    const options = {
      ...room(), bands, series: drawn,
      cursor: { drag: { x: true, y: false, setScale: true }, points: { size: 8 }, y: false },
      scales: {
        x: { time: false },
        y: { range: (made, low, high) => visible(plotted, made, low, high) },
      },
      axes: [
        { ...axis, space: 92, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000],
          values: (_, splits) => splits.map((at) => (data.commits[at] ? day(data.commits[at][2]) : "")) },
        { ...axis, size: 76,
          splits: (made, _, low, high) => ticks(low, high, Math.max(3, made.bbox.height / devicePixelRatio / 44),
            second ? 1 : scale(Math.max(Math.abs(low), Math.abs(high)), series)[0]),
          values: (_, splits) => (second ? splits.map(percent) : tickTexts(splits, series)) },
      ],
      hooks: {
        drawClear: [(made) => samples(made, loaded, own, compared, others)],
        draw: [(made) => marks(made, series, loaded.first)],
        setCursor: [(made) => {
          if (pinned === null) tip(made.cursor.left < 0 ? null : made.cursor.idx);
        }],
        setScale: [(made, of) => {
          if (of === "x") zoomed(made, count);
        }],
      },
    };
    chart = new uPlot(options, plotted, holder);
    const zoom = state.zoom.split("..").map((id) => data.commits.findIndex((commit) => id && commit[0].startsWith(id)));
    if (zoom.length === 2 && zoom[0] >= 0 && zoom[0] < zoom[1]) chart.setScale("x", { min: zoom[0], max: zoom[1] });
    chart.over.addEventListener("mouseleave", () => {
      if (pinned === null) tip(null);
    });
    let pressed = null;
    chart.over.addEventListener("mousedown", (event) => { pressed = event.clientX; });
    chart.over.addEventListener("click", (event) => {
      if (Math.abs(event.clientX - pressed) >= 4) return;
      const at = chart.posToIdx(event.clientX - chart.over.getBoundingClientRect().left);
      pin(at === pinned ? null : at);
    });
  }

  function zoomed(made, count) {
    const { min, max } = made.scales.x;
    const isWhole = !(min > 0 || max < count - 1);
    const ends = [Math.max(0, Math.ceil(min)), Math.min(count - 1, Math.floor(max))];
    const before = state.zoom;
    state.zoom = isWhole || !(ends[0] < ends[1]) ? "" : ends.map((at) => data.commits[at][0].slice(0, 10)).join("..");
    if (state.zoom !== before) toAddress();
    if (pinned !== null) pin(null);
  }

  /** The commit whose values stay in sight, with a link that can be reached. */
  let pinned = null;
  function pin(at) {
    pinned = at;
    $("tip").classList.toggle("pinned", at !== null);
    tip(at);
  }

  /** To the next point of the chart, or the one before. */
  function step(by) {
    if (!chart) return;
    const { min, max } = chart.scales.x;
    const values = load(chosen()).median;
    let at = pinned ?? ($("tip").hidden ? null : chart.cursor.idx) ?? (by > 0 ? Math.ceil(min) - 1 : Math.floor(max) + 1);
    do at += by; while (at >= min && at <= max && values[at] === null);
    if (at < min || at > max || values[at] === undefined) return;
    pinned = at;
    chart.setCursor({ left: chart.valToPos(at, "x"), top: chart.over.clientHeight / 2 });
    pin(at);
  }

  /** All medians, and of the intervals all but the outermost few. */
  function visible(plotted, made, low, high) {
    const { min, max } = made.scales.x;
    const from = Math.max(0, Math.floor(min ?? 0)), to = Math.ceil(max ?? plotted[0].length);
    const within = (column) => column.slice(from, to + 1).filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
    let [least, most] = [Infinity, -Infinity];
    for (let at = 1; at < plotted.length; at += 3) {
      const [medians, lows, highs] = [within(plotted[at]), within(plotted[at + 1]), within(plotted[at + 2])];
      if (medians.length === 0) continue;
      const outer = Math.floor(medians.length / 20);
      least = Math.min(least, medians[0], lows[outer]);
      most = Math.max(most, medians[medians.length - 1], highs[highs.length - 1 - outer]);
    }
    if (!(least <= most)) [least, most] = [low ?? 0, high ?? 1];
    const room = most > least ? (most - least) * 0.1 : Math.abs(most) * 0.05 || 1;
    return [least - room, most + room];
  }

  function samples(made, loaded, color, compared, others) {
    const context = made.ctx;
    const span = made.scales.x.max - made.scales.x.min;
    if (span > 400) return;
    context.save();
    context.beginPath();
    context.rect(made.bbox.left, made.bbox.top, made.bbox.width, made.bbox.height);
    context.clip();
    context.globalAlpha = 0.3;
    for (const [of, paint] of [[loaded, color], [compared, others]]) {
      if (!of) continue;
      context.fillStyle = paint;
      for (let at = Math.max(0, Math.floor(made.scales.x.min)); at <= made.scales.x.max && at < of.samples.length; at += 1) {
        const x = made.valToPos(at, "x", true);
        for (const value of of.samples[at] ?? []) {
          context.beginPath();
          context.arc(x, made.valToPos(value, "y", true), 1.6 * devicePixelRatio, 0, 7);
          context.fill();
        }
      }
    }
    context.restore();
  }

  /** Changes: a step as a line, over the commits that may have done it; a drift as a slope in the time it took. */
  function marks(made, series, base) {
    const context = made.ctx;
    const { left, top, width: across, height: down } = made.bbox;
    const taken = [];
    for (const change of changesOf(series)) {
      const isDrift = change.kind === "drift";
      if (change.at < made.scales.x.min || (isDrift ? change.after : change.at) > made.scales.x.max) continue;
      const from = made.valToPos(change.after, "x", true), to = made.valToPos(change.at, "x", true);
      const color = style(change.worse ? "--worse" : "--better");
      context.save();
      context.beginPath();
      context.rect(left, top, across, down);
      context.clip();
      context.strokeStyle = context.fillStyle = color;
      if (isDrift || change.unmeasured) {
        context.globalAlpha = 0.1;
        context.fillRect(from, top, to - from, down);
        context.globalAlpha = 1;
      }
      context.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
      context.beginPath();
      context.moveTo(isDrift ? from : to, isDrift ? made.valToPos(change.before / base, "y", true) : top);
      context.lineTo(to, isDrift ? made.valToPos(change.level / base, "y", true) : top + down);
      context.stroke();
      context.restore();
      context.save();
      context.font = `${11.5 * devicePixelRatio}px system-ui, sans-serif`;
      context.textAlign = "left";
      context.textBaseline = "alphabetic";
      context.fillStyle = color;
      const kind = { step: "", suspect: "" }[change.kind] ?? `${change.kind} `;
      const before = change.unmeasured ? ` (or ${change.unmeasured} before it)` : "";
      const text = `${change.kind === "suspect" ? "? " : ""}${change.worse ? "▲" : "▼"} ${kind}${commits(change, 7)} ${percent(factorOf(change))}${before}`;
      const width = context.measureText(text).width;
      const start = Math.max(left, Math.min((isDrift ? from : to) + 5 * devicePixelRatio, left + across - width));
      let lane = taken.findIndex((end) => end < start);
      if (lane < 0 && taken.length < 4) lane = taken.push(0) - 1;
      if (lane >= 0) {
        taken[lane] = start + width + 10 * devicePixelRatio;
        context.fillText(text, start, top + (13 + 15 * lane) * devicePixelRatio);
      }
      context.restore();
    }
  }

  const link = (id) => data.commit_url.replace("{id}", id);

  /** What is known of a commit, beside it; nothing for none. */
  function tip(at) {
    const box = $("tip");
    const commit = data.commits[at];
    box.hidden = !chart || !commit;
    if (box.hidden) return;
    const series = chosen(), second = other();
    const head = element("p", ` · ${day(commit[2])} · ${commit[1]}`, "faint");
    head.prepend(at === pinned ? commitCell(at) : commit[0].slice(0, 10));
    const lines = [head, element("p", commit[3])];
    for (const change of changesOf(series)) {
      if (change.at === at) lines.push(element("p", told(change), change.worse ? "worse" : "better"));
    }
    for (const [of, from] of [[series, load(series)], [second, second && load(second)]]) {
      if (!of) continue;
      const name = second ? `${of.name}: ` : "";
      if (from.median[at] === null) {
        const measured = measuredIn[of.environment];
        lines.push(element("p", `${name}not measured${!measured || measured.has(at) ? "" : " in this environment"}`, "faint"));
        continue;
      }
      const number = from.count[at];
      lines.push(element("p", `${name}${show(from.median[at], of)}  [${show(from.low[at], of)}, ${show(from.high[at], of)}]  n=${number}`));
      const values = from.samples[at];
      if (values && values.length > 1) {
        const first = [...values.slice(0, 12)].map((value) => show(value, of)).join(", ");
        lines.push(element("p", values.length > 12 ? `${first}, …` : first, "faint"));
      }
    }
    box.replaceChildren(...lines);
    const over = chart.over.getBoundingClientRect();
    const x = over.left + chart.valToPos(at, "x");
    const left = x + 16 + box.offsetWidth > innerWidth ? x - box.offsetWidth - 16 : x + 16;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, Math.min(innerHeight - box.offsetHeight - 4, over.top + 14))}px`;
  }

  function commitCell(at) {
    const commit = data.commits[at];
    const id = commit[0].slice(0, 10);
    if (!data.commit_url) return element("span", id);
    const anchor = element("a", id);
    anchor.href = link(commit[0]);
    anchor.rel = "noopener";
    anchor.target = "_blank";
    return anchor;
  }

  function changesTable(series) {
    const changes = changesOf(series);
    if (changes.length === 0) return;
    const table = element("table");
    const head = element("tr");
    head.append(...["change", "", "commit", "date", "author", "subject"].map((text) => element("th", text)));
    table.append(head);
    for (const change of changes) {
      const commit = data.commits[change.at];
      const row = element("tr");
      const cell = element("td");
      if (change.kind === "drift") cell.append(commitCell(change.after), "..");
      cell.append(commitCell(change.at));
      if (change.unmeasured) cell.append(` (or ${change.unmeasured} unmeasured before it)`);
      row.append(element("td", told(change), change.worse ? "worse" : "better"),
        element("td", `${show(change.before, series)} → ${show(change.level, series)}`
          + (change.fixed === undefined ? "" : `, as before from ${data.commits[change.fixed][0].slice(0, 7)}`)),
        cell, element("td", day(commit[2])), element("td", commit[1]), element("td", commit[3]));
      table.append(row);
    }
    $("changes").replaceChildren(table);
  }

  // Who pays

  /** What of a series' unit a profile counts. */
  const counted = { "sec/op": ["cpu", "lock delay"], "B/op": ["alloc_space"], "allocs/op": ["alloc_objects"] };

  function amount(value, unit) {
    if (unit === "nanoseconds") return show(value * 1e-9, { base: "s" });
    if (unit === "bytes" && Math.abs(value) < 1) return `${Number(value.toFixed(2))} B`;
    return show(value, { base: unit === "bytes" ? "B" : "" });
  }

  function signed(value, unit) {
    return value < 0 ? `−${amount(-value, unit)}` : `+${amount(value, unit)}`;
  }

  function explanations(series) {
    if (!isExplained(series)) return;
    const made = [];
    for (const told of data.explained) {
      if (told.name !== series.name || told.package !== data.packages[series.package]) continue;
      made.push(element("h2", "Who pays"), element("p", `${told.sides[1]} against ${told.sides[0]}`, "faint"));
      const first = (answer) => (counted[series.unit]?.includes(answer.kind) ? 0 : 1);
      for (const answer of [...told.answers].sort((a, b) => first(a) - first(b))) made.push(...payers(answer));
    }
    $("explained").replaceChildren(...made);
  }

  function payers(answer) {
    const [base, head] = answer.total;
    const per = answer.per_op ? "/op" : "";
    const title = element("h3", answer.sentence);
    const about = element("p", `${answer.kind}: ${amount(base, answer.unit)}${per} → ${amount(head, answer.unit)}${per} (${signed(head - base, answer.unit)}${per}) `, "faint");
    if (answer.flame) {
      const button = element("button", "flame graph");
      button.type = "button";
      button.addEventListener("click", () => {
        const address = URL.createObjectURL(new Blob([answer.flame], { type: "image/svg+xml" }));
        open(address, "_blank");
      });
      about.append(button);
    }
    const made = [title, about];
    if (answer.rows.length > 0) made.push(paid(answer, per));
    if (answer.calls) made.push(...around(answer));
    return made;
  }

  // Flat and cumulative; what is within the noise is left blank.
  function paid(answer, per) {
    const table = element("table");
    const heading = element("tr");
    const values = ["flat", "cum"].flatMap((kind) => [kind + per, `${kind} %`, "base", "head"]);
    heading.append(...[...values, "function"].map((text) => element("th", text)));
    table.append(heading);
    const whole = answer.total[0];
    const sides = (values) => values.map((value) => element("td", value === 0 ? "0" : amount(value, answer.unit)));
    const cells = ([before, after, margin]) => {
      const difference = after - before;
      const noise = margin > 0 ? ` ± ${amount(margin, answer.unit)}` : "";
      const isTold = difference !== 0 && (margin === null || Math.abs(difference) > margin);
      return [isTold ? element("td", signed(difference, answer.unit) + noise, difference > 0 ? "worse" : "better") : element("td"),
        element("td", isTold && whole !== 0 ? `${(100 * difference / whole).toFixed(1)} %` : ""),
        ...sides([before, after])];
    };
    for (const [name, flat, cum, presence] of answer.rows) {
      const row = element("tr");
      row.append(...cells(flat), ...cells(cum),
        element("td", name + (presence > 0 ? " (new)" : presence < 0 ? " (gone)" : ""), "function"));
      table.append(row);
    }
    return table;
  }

  // The calls into the function that pays, and out of it.
  function around(answer) {
    const [name, callers, callees] = answer.calls;
    const line = (how) => ([other, before, after]) =>
      element("li", `${how} ${other}: ${amount(before, answer.unit)} → ${amount(after, answer.unit)} (${signed(after - before, answer.unit)})`);
    const lines = [...callers.map(line("called by")), ...callees.map(line("calls"))];
    if (lines.length === 0) return [];
    const list = element("ul", undefined, "calls");
    list.append(...lines);
    return [element("p", name, "function"), list];
  }

  function effects(most) {
    const order = (effect) => (effect.worse && !effect.fixed ? 0 : 1);
    const sorted = [...data.effects].sort((a, b) => order(a) - order(b) || b.at - a.at);
    const items = sorted.slice(0, most).map((effect) => {
      const item = element("li", undefined, effect.fixed ? "faint" : effect.worse ? "worse" : "better");
      const button = element("button", `${effect.worse ? "▲" : "▼"} ${effect.text}`);
      button.type = "button";
      button.addEventListener("click", () => choose(all[effect.series[0]]));
      const commit = data.commits[effect.at];
      item.append(button, element("span", ` ${day(commit[2])}, ${commit[1]}: ${commit[3]}`, "faint"));
      return item;
    });
    if (sorted.length > items.length) {
      const item = element("li", undefined, "more");
      const button = element("button", `and ${sorted.length - items.length} more`);
      button.type = "button";
      button.addEventListener("click", () => effects(sorted.length));
      item.append(button);
      items.push(item);
    }
    if (items.length === 0) items.push(element("li", "nothing that stands out", "faint"));
    $("effects").replaceChildren(...items);
  }

  // Controls

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
})();
