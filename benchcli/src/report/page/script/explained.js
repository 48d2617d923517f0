// The explanations: which functions contribute most.

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
  for (const explanation of data.explained) {
    if (explanation.name !== series.name || explanation.package !== data.packages[series.package]) continue;
    made.push(element("h2", "Top contributors"), element("p", `${explanation.sides[1]} against ${explanation.sides[0]}`, "faint"));
    const first = (answer) => (counted[series.unit]?.includes(answer.kind) ? 0 : 1);
    for (const answer of [...explanation.answers].sort((a, b) => first(a) - first(b))) made.push(...attribution(answer));
  }
  $("explained").replaceChildren(...made);
}

function attribution(answer) {
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
    const isShown = difference !== 0 && (margin === null || Math.abs(difference) > margin);
    return [isShown ? element("td", signed(difference, answer.unit) + noise, difference > 0 ? "worse" : "better") : element("td"),
      element("td", isShown && whole !== 0 ? `${(100 * difference / whole).toFixed(1)} %` : ""),
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

// The calls into the top contributor, and out of it.
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
  if (items.length === 0) items.push(element("li", "no changes", "faint"));
  $("effects").replaceChildren(...items);
}
