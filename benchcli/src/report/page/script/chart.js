// The chart of a series, and what happened at its commits.

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
  $("about").textContent = [place, data.environments[series.environment], comparing ? "select a benchmark to compare with: use search, the arrow keys and Enter, or click one" : "",
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
    const color = style(`--${tone(change)}`);
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
    const kind = { step: "", pending: "" }[change.kind] ?? `${change.kind} `;
    const before = change.unmeasured ? ` (or ${change.unmeasured} before it)` : "";
    const text = `${change.kind === "pending" ? "? " : ""}${change.worse ? "▲" : "▼"} ${kind}${commits(change, 7)} ${percent(factorOf(change))}${before}`;
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
    if (change.at === at) lines.push(element("p", describe(change), tone(change)));
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
    row.append(element("td", describe(change), tone(change)),
      element("td", `${show(change.before, series)} → ${show(change.level, series)}`
        + (change.fixed === undefined ? "" : `, as before from ${data.commits[change.fixed][0].slice(0, 7)}`)),
      cell, element("td", day(commit[2])), element("td", commit[1]), element("td", commit[3]));
    table.append(row);
  }
  $("changes").replaceChildren(table);
}
