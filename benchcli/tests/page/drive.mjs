// Drives the page in headless Chromium over the DevTools protocol, as a person would.
//
//   node --experimental-websocket drive.mjs CHROMIUM PAGE [changes|keys|size|screenshots FOLDER]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const [chromium, page, mode, folder] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "page-"));
const browser = spawn(chromium, ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
  "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
const endpoint = await new Promise((resolve, reject) => {
  let text = "";
  browser.stderr.on("data", (data) => {
    text += data;
    const found = /DevTools listening on (ws:\S+)/.exec(text);
    if (found) resolve(found[1]);
  });
  browser.on("exit", () => reject(new Error(`Chromium ended: ${text}`)));
  setTimeout(() => reject(new Error(`Chromium does not answer: ${text}`)), 60000);
});

const socket = new WebSocket(endpoint);
await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
let number = 0;
const waiting = new Map();
const complaints = [];
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.method === "Runtime.exceptionThrown") complaints.push(message.params.exceptionDetails.exception?.description);
  if (message.method === "Network.requestWillBeSent" && !/^(file|data|about|blob):/.test(message.params.request.url)) {
    complaints.push(`asks the network for ${message.params.request.url}`);
  }
  const { resolve, reject } = waiting.get(message.id) ?? {};
  waiting.delete(message.id);
  if (message.error) reject?.(new Error(JSON.stringify(message.error)));
  else resolve?.(message.result);
};
function send(method, params = {}, sessionId = undefined) {
  number += 1;
  socket.send(JSON.stringify({ id: number, method, params, sessionId }));
  return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
}
const { targetId } = await send("Target.createTarget", { url: "about:blank" });
const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
const call = (method, params) => send(method, params, sessionId);
await call("Runtime.enable");
await call("Network.enable");
await call("Page.enable");
// What charts write.
await call("Page.addScriptToEvaluateOnNewDocument", { source: `globalThis.painted = [];
  globalThis.dashed = [];
  const move = CanvasRenderingContext2D.prototype.moveTo, on = CanvasRenderingContext2D.prototype.lineTo;
  CanvasRenderingContext2D.prototype.moveTo = function (x, y) { dashed.push([x, y]); return move.call(this, x, y); };
  CanvasRenderingContext2D.prototype.lineTo = function (x, y) { if (this.getLineDash().length) dashed[dashed.length - 1].push(x, y); return on.call(this, x, y); };
  const paint = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { painted.push(text); return paint.call(this, text, ...rest); };` });

async function ask(expression) {
  const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
  assert.equal(exceptionDetails, undefined, `${expression}: ${exceptionDetails?.exception?.description}`);
  return result.value;
}
async function until(expression, what) {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await ask(expression)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`${what}: ${expression} never holds`);
}
async function visit(address, width = 1440, height = 900) {
  await call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 500 });
  await call("Page.navigate", { url: "about:blank" });
  const started = performance.now();
  await call("Page.navigate", { url: address });
  await until(`document.documentElement?.dataset.ready === "true"`, "the page is ready");
  return performance.now() - started;
}
const text = (selector) => ask(`document.querySelector(${JSON.stringify(selector)}).textContent`);
const rows = () => ask(`[...document.querySelectorAll(".row b")].map((row) => row.textContent)`);
async function press(key, code = key) {
  const params = { key, code, ...(key.length === 1 ? { text: key } : {}) };
  await call("Input.dispatchKeyEvent", { type: "keyDown", ...params });
  await call("Input.dispatchKeyEvent", { type: "keyUp", ...params });
}
const typed = (words) => call("Input.insertText", { text: words });
async function mouse(type, x, y, buttons = 0) {
  await call("Input.dispatchMouseEvent", { type, x, y, button: buttons ? "left" : "none", buttons, clickCount: buttons ? 1 : 0 });
}

async function story() {
  await visit(page);
  assert.match(await text("#facts"), /9 series over 39 commits/);
  // Worst first, and already shown.
  assert.equal((await rows())[0], "Encode-8");
  assert.match(await text("#name"), /^Encode-8 sec\/op$/);
  assert.match(await text("#changes"), /step ▲ \+2\d %/);
  assert.match(await text("#effects"), /got 2\d % slower/);
  assert.equal(await ask(`document.querySelector("#changes a").href.startsWith("https://github.com/example/repo/commit/")`), true);

  // The top contributors, for this unit first; the flame graph opens.
  assert.match(await text("#explained"), /^Top contributors<i>v2<\/i> against v1/);
  const titles = await ask(`[...document.querySelectorAll("#explained h3")].map((it) => it.textContent)`);
  assert.equal(titles.length, 2);
  assert.match(titles[0], /ns\/op .*is in example\.com\/gobench\/collect/);
  assert.match(titles[1], /B\/op .*is in example\.com\/gobench\/collect\.NewIndex/);
  assert.match(await text("#explained table"), /−155 µs.*\(\*Index\)\.Find/);
  // As pprof has it, per operation; a table has the function that its sentence names.
  assert.match(await text("#explained table tr"), /^flat\/opflat %baseheadcum\/opcum %baseheadfunction$/);
  for (const title of titles) {
    const named = title.match(/is in (\S+?)(,|$)/)[1];
    const rows = await ask(`[...document.querySelectorAll("#explained td.function")].map((it) => it.textContent)`);
    const inRows = rows.some((row) => row.replace(/ \((new|gone)\)$/, "") === named);
    assert.ok(inRows, `${named} in ${rows}`);
  }
  assert.match(await text("#explained .calls"), /called by /);
  assert.match(await text(".row small"), /explained/);
  const { targetInfos: known } = await send("Target.getTargets");
  await call("Runtime.evaluate", { expression: `document.querySelector("#explained button").click()`, userGesture: true });
  let opened;
  for (let turn = 0; turn < 100 && !opened; turn += 1) {
    const { targetInfos } = await send("Target.getTargets");
    opened = targetInfos.find((it) => it.type === "page" && !known.some((old) => old.targetId === it.targetId) && it.url.startsWith("blob:"));
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.ok(opened, "the flame graph opens");
  const flame = await send("Target.attachToTarget", { targetId: opened.targetId, flatten: true });
  const { result: root } = await send("Runtime.evaluate",
    { expression: `document.documentElement.tagName + document.documentElement.textContent.includes("Find")`, returnByValue: true }, flame.sessionId);
  assert.equal(root.value, "svgtrue");
  await send("Target.closeTarget", { targetId: opened.targetId });

  // Search, by keys alone.
  await press("/", "Slash");
  assert.equal(await ask("document.activeElement.id"), "search");
  await typed("hostile");
  await until(`document.querySelectorAll(".row").length === 3`, "the search");
  assert.match(await text("#count"), /3 of 9/);
  assert.equal((await rows())[0], `Hostile/</script><b>"'&-8`);
  await ask(`document.querySelector(".row").click()`);
  assert.match(await text("#explained"), /writer::inner/);
  assert.equal(await ask(`document.querySelectorAll("#explained b, #explained i").length`), 0);
  await ask(`document.getElementById("search").focus()`);
  await press("Escape");
  await until(`document.querySelectorAll(".row").length === 9`, "Escape clears it");

  // Filters.
  const pick = (id, value) => ask(`(() => { const it = document.getElementById("${id}"); it.value = "${value}"; it.dispatchEvent(new Event("change")); })()`);
  await pick("unit", "allocs/op");
  await until(`document.querySelectorAll(".row").length === 3`, "the unit");
  await pick("unit", "");
  await pick("verdict", "quiet");
  const quiet = await ask(`document.querySelectorAll(".row").length`);
  await pick("verdict", "worse");
  const worse = await ask(`document.querySelectorAll(".row").length`);
  assert.ok(worse >= 1 && quiet >= 1 && worse + quiet <= 9, `${worse} ${quiet}`);
  await pick("verdict", "");
  await pick("sort", "name");
  assert.deepEqual(await rows(), [...(await rows())].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
  await pick("sort", "worst");

  // Hover.
  const box = await ask(`(() => { const { left, top, width, height } = document.querySelector(".u-over").getBoundingClientRect(); return { left, top, width, height }; })()`);
  await mouse("mouseMoved", box.left + box.width / 2, box.top + box.height / 2);
  await until(`!document.getElementById("tip").hidden`, "the tip");
  const tip = await text("#tip");
  assert.match(tip, /Change number \d+/);
  assert.match(tip, /n=5/);
  assert.match(tip, /ns|µs/);

  // Zoom, and back.
  const labels = () => ask(`uplotRange()`);
  await ask(`globalThis.uplotRange = () => document.querySelector("#chart canvas").toDataURL().length; 0`);
  const whole = await labels();
  await mouse("mousePressed", box.left + box.width * 0.4, box.top + 60, 1);
  await mouse("mouseMoved", box.left + box.width * 0.6, box.top + 60, 1);
  await mouse("mouseReleased", box.left + box.width * 0.6, box.top + 60, 1);
  await until(`uplotRange() !== ${whole}`, "the zoom");

  // The next one, and a comparison.
  await ask(`document.getElementById("list").focus()`);
  await press("ArrowDown");
  assert.equal(await ask(`document.querySelectorAll('.row[aria-selected="true"]').length`), 1);
  const second = await text("#name");
  assert.doesNotMatch(second, /^Encode-8 sec/);
  await press("c", "KeyC");
  assert.match(await text("#about"), /select a benchmark to compare with/);
  await ask(`document.querySelector(".row").click()`);
  assert.match(await text("#about"), /compared with Encode-8 sec\/op/);

  // The address leads to the same view.
  const address = await ask("location.href");
  assert.match(address, /other=/);
  await visit(address);
  assert.equal(await text("#name"), second);
  assert.match(await text("#about"), /compared with Encode-8/);
  await press("Escape");
  assert.doesNotMatch(await text("#about"), /compared/);

  // Dark and light.
  const before = await ask("document.documentElement.dataset.theme");
  await ask(`document.getElementById("theme").click()`);
  assert.notEqual(await ask("document.documentElement.dataset.theme"), before);
  // On paper: light, and as wide as the sheet.
  await visit(`${page}#theme=dark`, 1440, 900);
  const chartWidth = () => ask(`document.querySelector("#chart .uplot").clientWidth - document.getElementById("chart").clientWidth`);
  const narrow = await ask(`document.getElementById("chart").clientWidth`);
  await call("Emulation.setEmulatedMedia", { media: "print" });
  await until(`document.documentElement.dataset.theme === "light"`, "paper is light");
  assert.ok(await ask(`document.getElementById("chart").clientWidth > ${narrow} + 200`));
  assert.equal(await chartWidth(), 0);
  await call("Emulation.setEmulatedMedia", { media: "" });
  await until(`document.documentElement.dataset.theme === "dark"`, "the screen is as it was");
  assert.equal(await chartWidth(), 0);
  // Nothing is wider than a phone.
  await visit(page, 390, 844);
  assert.equal(await ask("document.documentElement.scrollWidth <= 390"), true);
}

/** Chooses a series by the text of its row, and tells what its chart writes. */
async function chart(name) {
  await ask(`painted.length = dashed.length = 0; [...document.querySelectorAll(".row")].find((row) => row.textContent.startsWith(${JSON.stringify(name)})).click()`);
  await until(`painted.length > 0`, `the chart of ${name}`);
  return ask("painted");
}
/** Which commits, by their place on the chart, have the colour of the line below, above or at them. */
const lined = (places) => ask(`(() => {
  const canvas = document.querySelector("#chart canvas"), over = document.querySelector(".u-over").getBoundingClientRect();
  const outer = canvas.getBoundingClientRect(), context = canvas.getContext("2d");
  const shared = canvas.width / outer.width, count = JSON.parse(document.getElementById("data").textContent).commits.length;
  return ${JSON.stringify(places)}.map((at) => {
    const x = Math.round((over.left - outer.left + at / (count - 1) * over.width) * shared);
    const { data } = context.getImageData(x, 0, 1, canvas.height);
    for (let from = 0; from < data.length; from += 4) {
      if (Math.abs(data[from] - 9) < 20 && Math.abs(data[from + 1] - 105) < 20 && Math.abs(data[from + 2] - 218) < 20 && data[from + 3] > 220) return true;
    }
    return false;
  });
})()`);
const inList = () => ask(`Object.fromEntries([...document.querySelectorAll(".row")].map((row) => [row.querySelector("b").textContent,
  [...row.querySelectorAll(".number")].map((cell) => cell.textContent).concat(row.querySelector(".number").className.replace("number ", ""))]))`);
const over = () => ask(`(() => { const { left, top, width, height } = document.querySelector(".u-over").getBoundingClientRect(); return { left, top, width, height }; })()`);
const pages = async () => (await send("Target.getTargets")).targetInfos.filter((it) => it.type === "page").length;
async function click(x, y, count = 1) {
  for (let turn = 1; turn <= count; turn += 1) {
    await call("Input.dispatchMouseEvent", { type: "mousePressed", x, y, button: "left", buttons: 1, clickCount: turn });
    await call("Input.dispatchMouseEvent", { type: "mouseReleased", x, y, button: "left", buttons: 0, clickCount: turn });
  }
}

async function changes() {
  await visit(`${page}#theme=light`);
  // What a series is worse by is the part that is still open.
  const list = await inList();
  assert.deepEqual(list.Rise, ["▲ +∞", "5", "worse"]);
  assert.deepEqual(list.Serve, ["▲ +50 %", "4.5 µs", "worse"]);
  assert.deepEqual(list.Mended, ["▲ +20 %", "1.2 µs", "worse"]);
  assert.deepEqual(list.Half, ["▲ +40 %", "1.4 µs", "worse"]);
  assert.deepEqual(list.Fear, ["? ▲ +30 %", "1.3 µs", "worse"]);
  assert.deepEqual(list.Hope, ["? ▼ −30 %", "700 ns", "better"]);
  const order = await rows();
  assert.ok(order.indexOf("Half") < order.indexOf("Creep"), `${order}`);
  assert.ok(order.indexOf("Fear") < order.indexOf("Fixed") && order.indexOf("Fixed") < order.indexOf("Hope"), `${order}`);

  // From nothing, in all three places.
  assert.ok((await chart("Rise")).includes("▲ 0300000 +∞"), `${await ask("painted")}`);
  assert.match(await text("#changes"), /step ▲ \+∞/);
  assert.doesNotMatch(await text("#changes"), /−100 %/);
  // Axes have prefixes that fit, and are round in them.
  const ticks = (texts, unit) => [...new Set(texts)].filter((it) => it.endsWith(unit));
  assert.deepEqual(ticks(await chart("Serve"), " µs"), ["3 µs", "3.5 µs", "4 µs", "4.5 µs"]);
  assert.match(await text("#changes"), /step ▲ \+50 % \[\+48 %, \+52 %\] p=0\.0023 µs → 4\.5 µs/);
  assert.ok(ticks(await chart("Alloc"), "MiB").every((it) => /^[01](\.\d)? MiB$/.test(it)), `${await ask("painted")}`);
  assert.ok(ticks(await ask("painted"), "MiB").length > 2);
  // Of a commit after one that was not measured nobody knows which one it was.
  const line = (await ask("dashed")).find((it) => it.length === 4);
  assert.equal(line[0], line[2], `${line}`);
  assert.ok((await ask("painted")).includes("▲ 0210000 +47 % (or 1 before it)"), `${await ask("painted")}`);
  assert.match(await text("#changes"), /0210000000 \(or 1 unmeasured before it\)/);
  // A drift has a beginning and an end.
  assert.ok((await chart("Creep")).includes("▲ drift 0300000..0600000 +30 %"), `${await ask("painted")}`);
  const slope = (await ask("dashed")).find((line) => line.length === 4);
  assert.ok(slope[0] < slope[2] - 100 && slope[1] > slope[3] + 100, `${slope}`);
  assert.match(await text("#changes"), /drift ▲ \+30 %.*0300000000\.\.0600000000/);
  assert.ok((await chart("Fear")).includes("? ▲ 1490000 +30 %"), `${await ask("painted")}`);
  assert.match(await text("#changes"), /pending ▲ \+30 %: more commits are needed to confirm it/);

  // What was measured elsewhere is no gap, what is missing here is one, and the point between two has its dot. Without the
  // twentieth, each later commit is a place further to the left.
  await chart("Full");
  assert.deepEqual(await lined([5, 8.5, 9, 57.5, 58, 58.5]), [true, true, true, true, true, true]);
  await ask(`location.hash = "#theme=light&environment=M1&q=mixed"`);
  await until(`document.querySelectorAll(".row").length === 1`, "the environment");
  await chart("Mixed");
  assert.deepEqual(await lined([47.5, 49, 50, 51, 52.5, 58]), [true, false, true, false, true, true]);
  await ask(`location.hash = "#theme=light&environment=M2&q=mixed"`);
  await until(`document.querySelector("#about").textContent.includes("M2")`, "the environment");
  assert.deepEqual(await lined([30, 33.5, 71.5]), [true, true, true]);

  // Two hundred effects, and the rest when it is asked for.
  await visit(`${page}#theme=light`);
  assert.equal(await ask(`document.querySelectorAll("#effects li").length`), 201);
  assert.equal(await text("#effects .more"), "and 6 more");
  await ask(`document.querySelector("#effects .more button").click()`);
  assert.equal(await ask(`document.querySelectorAll("#effects li").length`), 206);
  const fixed = await ask(`[...document.querySelectorAll("#effects li")].map((it) => it.textContent).find((it) => it.includes("Fixed"))`);
  assert.equal(fixed.match(/fixed/g).length, 1, fixed);

  // A phone: an axis has two ticks, numbers stand beside first lines, and no cell is out of sight.
  await visit(`${page}#theme=light&q=gauge`, 390, 500);
  await until("painted.length > 0", "the chart");
  const few = (await ask("painted")).filter((it) => /^[\d.]+$/.test(it));
  assert.ok(new Set(few).size > 1, `${few}`);
  await visit(`${page}#theme=light`, 390, 844);
  await chart("Serve");
  assert.ok(await ask(`(() => {
    const item = document.querySelector("#effects li"), button = item.querySelector("button"), mark = document.createElement("span");
    mark.textContent = "\\u200b";
    item.prepend(mark);
    return button.offsetHeight > 30 && Math.abs(mark.getBoundingClientRect().top - button.getBoundingClientRect().top) < 5;
  })()`));
  assert.ok(await ask(`[...document.querySelectorAll("#changes td")].every((cell) => cell.getBoundingClientRect().right <= 390)`));
  // On a narrow screen and on paper as well.
  await visit(`${page}#theme=light`, 1024, 768);
  await chart("Alloc");
  assert.ok(await ask(`document.getElementById("changes").scrollWidth <= document.getElementById("changes").clientWidth`));
  await visit(`${page}#theme=light`);
  await chart("Alloc");
  assert.equal(await ask(`getComputedStyle(document.querySelector("#changes td")).display`), "table-cell");
  await call("Emulation.setEmulatedMedia", { media: "print" });
  await call("Emulation.setDeviceMetricsOverride", { width: 720, height: 1000, deviceScaleFactor: 1, mobile: false });
  assert.ok(await ask(`document.getElementById("changes").scrollWidth <= document.getElementById("changes").clientWidth`));
  await call("Emulation.setEmulatedMedia", { media: "" });
}

async function keys() {
  await visit(`${page}#theme=light`);
  assert.equal(await text("#name"), "Rise allocs/op");
  // Comparing: letters find, arrows move, Enter takes; nothing is taken before.
  await press("c", "KeyC");
  await press("/", "Slash");
  for (const letter of "mended") await typed(letter);
  await until(`document.querySelectorAll(".row").length === 1`, "the search");
  assert.equal(await text("#name"), "Rise allocs/op");
  assert.doesNotMatch(await text("#about"), /compared/);
  await press("Enter");
  assert.match(await text("#about"), /compared with Mended sec\/op/);
  // Another search leaves both.
  await press("/", "Slash");
  for (const letter of "serve") await typed(letter);
  await until(`document.querySelectorAll(".row").length === 1 && document.querySelector(".row b").textContent === "Serve"`, "the next search");
  assert.equal(await text("#name"), "Rise allocs/op");
  assert.match(await text("#about"), /compared with Mended/);
  await press("Escape");
  assert.equal(await text("#name"), "Rise allocs/op");
  assert.doesNotMatch(await text("#about"), /compared/);
  await press("Escape");
  await until(`document.querySelectorAll(".row").length === 13`, "all again");
  await press("c", "KeyC");
  await press("ArrowDown");
  await press("ArrowDown");
  assert.equal(await text("#name"), "Rise allocs/op");
  assert.doesNotMatch(await text("#about"), /compared/);
  const wanted = await text(".row.candidate b");
  assert.equal(wanted, (await rows())[(await rows()).indexOf("Rise") + 2]);
  await press("Enter");
  assert.match(await text("#about"), new RegExp(`compared with ${wanted} `));
  await press("Escape");

  // A click keeps the values and leads to the commit; a double-click only shows all.
  const before = await pages();
  const box = await over();
  await mouse("mousePressed", box.left + box.width * 0.4, box.top + 60, 1);
  await mouse("mouseMoved", box.left + box.width * 0.6, box.top + 60, 1);
  await mouse("mouseReleased", box.left + box.width * 0.6, box.top + 60, 1);
  await until(`location.hash.includes("zoom=")`, "the zoom is in the address");
  const zoomed = await ask("location.href");
  await click(box.left + box.width / 2, box.top + 60, 2);
  await until(`!location.hash.includes("zoom=")`, "all is shown");
  assert.equal(await ask(`document.querySelectorAll("#tip.pinned").length`), 0);
  const x = (at) => box.left + at / 148 * box.width;
  await click(x(99), box.top + 60);
  await until(`!document.getElementById("tip").hidden`, "the tip");
  await mouse("mouseMoved", box.left + 5, box.top + 60);
  await mouse("mouseMoved", 5, 5);
  assert.equal(await ask(`document.getElementById("tip").hidden`), false);
  assert.match(await text("#tip"), /Change number 100/);
  assert.equal(await ask(`document.querySelector("#tip a").href`), `https://example.com/commit/100${"0".repeat(37)}`);
  assert.equal(await pages(), before);
  await press("Escape");
  assert.equal(await ask(`document.getElementById("tip").hidden`), true);

  // From point to point; within the chosen benchmark, up and down scroll.
  await press("ArrowRight");
  assert.match(await text("#tip"), /Change number 0/);
  await press("ArrowRight");
  assert.match(await text("#tip"), /Change number 1/);
  await press("Enter");
  assert.equal(await ask("document.activeElement.href"), `https://example.com/commit/001${"0".repeat(37)}`);
  await press("ArrowLeft");
  await press("Escape");
  await press("ArrowLeft");
  assert.match(await text("#tip"), /Change number 149/);
  await press("Escape");
  await ask(`document.getElementById("detail").focus()`);
  await press("ArrowDown");
  assert.equal(await text("#name"), "Rise allocs/op");
  await ask(`document.getElementById("list").focus()`);
  await press("ArrowDown");
  assert.notEqual(await text("#name"), "Rise allocs/op");

  // A touch shows values and opens nothing.
  await visit(`${page}#theme=light`, 390, 844);
  await ask(`document.getElementById("chart").scrollIntoView()`);
  const small = await over();
  await call("Emulation.setTouchEmulationEnabled", { enabled: true });
  const point = { x: small.left + small.width / 2, y: small.top + small.height / 2 };
  await call("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
  await call("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await until(`!document.getElementById("tip").hidden`, "the tip");
  assert.match(await text("#tip"), /Change number 7\d.*n=3/);
  assert.equal(await pages(), before);
  await call("Emulation.setTouchEmulationEnabled", { enabled: false });

  // Old addresses: the zoom, and what is no longer there.
  await visit(zoomed);
  await press("ArrowRight");
  assert.match(await text("#tip"), /Change number [56]\d/);
  await visit(`${page}#environment=Z80&package=gone&series=a%0AOld%0Asec/op%0AA&unit=B/op`);
  assert.equal((await rows()).length, 1);
  assert.match(await text("#notice"), /not in this report: package gone, environment Z80, benchmark Old\./);
  await ask(`document.querySelector("#unit").dispatchEvent(new Event("change"))`);
  assert.equal(await ask(`document.getElementById("notice").hidden`), true);
}

async function size() {
  const ready = await visit(page);
  const filter = await ask(`(() => { const from = performance.now(); const it = document.getElementById("search");
    it.value = "bench19"; it.dispatchEvent(new Event("input")); return performance.now() - from; })()`);
  const inPage = await ask(`document.querySelectorAll(".row").length`);
  assert.ok(inPage < 60, `${inPage} rows are in the page`);
  console.log(`ready after ${ready.toFixed(0)} ms, filtered in ${filter.toFixed(0)} ms`);
  assert.ok(ready < 10000 && filter < 1000);
}

async function screenshots() {
  for (const theme of ["light", "dark"]) {
    for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
      await visit(`${page}#theme=${theme}`, width, height);
      const { data } = await call("Page.captureScreenshot", { format: "png" });
      writeFileSync(join(folder, `${theme}-${width}.png`), Buffer.from(data, "base64"));
    }
  }
}

let failure = null;
try {
  await ({ changes, keys, size, screenshots }[mode] ?? story)();
  assert.deepEqual(complaints, []);
} catch (error) {
  failure = error;
}
browser.removeAllListeners("exit");
const gone = new Promise((resolve) => browser.on("exit", resolve));
// Its children go with it when it is asked; of those that outlive it, some still write.
send("Browser.close").catch(() => {});
const late = setTimeout(() => browser.kill("SIGKILL"), 5000);
await gone;
clearTimeout(late);
for (let turn = 0; turn < 50; turn += 1) {
  try {
    rmSync(profile, { recursive: true, force: true });
    break;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
if (failure) {
  console.error(failure);
  process.exit(1);
}
process.exit(0);
