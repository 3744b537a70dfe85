// Reads the events of `go test -json` on standard input. Prints a line for each
// package as it ends, at once all that a failed test or a failed build wrote, and at
// the end the slow tests, the names of those that failed, and how many there were.
// Exits with 1 when something failed, or when no test ran.
import { createInterface } from "node:readline";

const SLOW = 5; // seconds
const count = { pass: 0, fail: 0, skip: 0 };
const output = new Map(); // what a package, or a test of it, wrote
const failed = [];
const slow = [];

function add(key, text) {
  const lines = output.get(key);
  if (lines) lines.push(text);
  else output.set(key, [text]);
}

function take(key) {
  const lines = output.get(key) ?? [];
  output.delete(key);
  return lines.filter((l) => !/^\s*=== /.test(l)).join("");
}

function testEnded(e, key) {
  count[e.Action]++;
  if (e.Action === "fail") {
    failed.push(`${e.Package} ${e.Test}`);
    console.log(`--- of ${e.Package} ${e.Test}:\n${take(key)}`);
  }
  if (e.Elapsed >= SLOW && !e.Test.includes("/")) slow.push([e.Elapsed, `${e.Package} ${e.Test}`]);
  output.delete(key);
}

function packageEnded(e, key) {
  if (e.Action === "fail") {
    // A package fails by a test of it, or alone: a build, a panic, a time-out.
    if (!failed.some((f) => f.startsWith(`${e.Package} `))) {
      failed.push(`${e.Package} (not one test)`);
      count.fail++;
    }
    const rest = [...output.keys()].filter((k) => k.startsWith(`${e.Package}\0`));
    console.log([`build ${e.FailedBuild}`, ...rest, key].map(take).join(""));
  }
  output.delete(key);
  if (e.Action !== "skip") console.log(`${e.Action === "pass" ? "ok  " : "FAIL"} ${e.Package} ${e.Elapsed ?? 0} s`);
}

for await (const line of createInterface({ input: process.stdin })) {
  let e;
  try {
    e = JSON.parse(line);
  } catch {
    console.log(line); // not an event: what go itself has to say
    continue;
  }
  const key = e.Test ? `${e.Package}\0${e.Test}` : e.Package;
  if (e.Action === "output") add(key, e.Output);
  else if (e.Action === "build-output") add(`build ${e.ImportPath}`, e.Output);
  else if (e.Action in count) e.Test ? testEnded(e, key) : packageEnded(e, key);
}

slow.sort((a, b) => b[0] - a[0]);
for (const [seconds, name] of slow.slice(0, 10)) console.log(`slow: ${name} ${seconds} s`);
for (const name of failed) console.log(`failed: ${name}`);
console.log(`go: ${count.pass} passed, ${count.fail} failed, ${count.skip} skipped`);
process.exitCode = count.fail > 0 || count.pass === 0 ? 1 : 0;
