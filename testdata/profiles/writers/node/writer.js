// Profiles itself with @datadog/pprof: node writer.js STEPS TIME-FILE HEAP-FILE
const fs = require("node:fs");
const pprof = require("@datadog/pprof");

const [steps, timeFile, heapFile] = process.argv.slice(2);
const kept = [];

function inner(count) {
  let sum = 1;
  for (let step = 0; step < count; step++) sum = (sum * 31 + step) % 1000003;
  return sum;
}

function keep(count) {
  for (let step = 0; step < count; step++) kept.push({ step, text: "x".repeat(step % 64) });
}

function outer(count) {
  let sum = 0;
  for (let round = 0; round < 50; round++) sum += inner(count);
  keep(count / 100);
  return sum;
}

async function main() {
  pprof.heap.start(1024, 32);
  pprof.time.start({ intervalMicros: 1000 });
  console.log(outer(Number(steps)));
  fs.writeFileSync(timeFile, await pprof.encode(pprof.time.stop()));
  fs.writeFileSync(heapFile, await pprof.encode(await pprof.heap.profile()));
  pprof.heap.stop();
}

main();
