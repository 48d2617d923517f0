// Drives the page in headless Chromium over the DevTools protocol, as a person would.
//
//   node --experimental-websocket drive.mjs CHROMIUM PAGE [size|screenshots FOLDER]
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

  // Who pays, for this unit first; the flame graph opens.
  assert.match(await text("#explained"), /^Who pays<i>v2<\/i> against v1/);
  const titles = await ask(`[...document.querySelectorAll("#explained h3")].map((it) => it.textContent)`);
  assert.equal(titles.length, 2);
  assert.match(titles[0], /ns\/op .*is in example\.com\/gobench\/collect/);
  assert.match(titles[1], /B\/op .*is in example\.com\/gobench\/collect\.NewIndex/);
  assert.match(await text("#explained table"), /−155 µs.*\(\*Index\)\.Find/);
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
  assert.match(await text("#about"), /choose one to compare with/);
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
  await ({ size, screenshots }[mode] ?? story)();
  assert.deepEqual(complaints, []);
} catch (error) {
  failure = error;
}
browser.removeAllListeners("exit");
const gone = new Promise((resolve) => browser.on("exit", resolve));
browser.kill("SIGKILL");
await gone;
rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
if (failure) {
  console.error(failure);
  process.exit(1);
}
process.exit(0);
