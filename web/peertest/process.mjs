// Starting, stopping and waiting for the programs of the peer test.
import { execFile, spawn } from "node:child_process";
import { createServer } from "node:net";

const pollMilliseconds = 50;
const deadlineMilliseconds = 30_000;

/** Calls check until it gives something true, and gives that; errors count as not yet. */
export async function until(what, check) {
  const end = Date.now() + deadlineMilliseconds;
  let last;
  while (Date.now() < end) {
    try {
      const got = await check();
      if (got) return got;
    } catch (error) {
      if (error.code === "ERR_ASSERTION") throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
  throw new Error(`waited in vain: ${what}`, { cause: last });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "localhost", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The environment of an instance at url that keeps its data in the directory data. */
function environment({ url, data }) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith("BOCAGE_")));
  return url
    ? { ...env, BOCAGE_URL: url, BOCAGE_LISTEN: new URL(url).host, BOCAGE_DATA_DIR: data, BOCAGE_DEBOUNCE: "0s" }
    : env;
}

/** Starts a program; faults() are the lines that it wrote about errors. */
export function start(file, args, instance) {
  const child = spawn(file, args.map(String), { env: environment(instance), stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
  }
  child.faults = () => text.split("\n").filter((line) => /\b(ERR|ERROR|Error)\b/.test(line));
  child.log = () => text;
  return child;
}

/** Ends a program that was started, and waits for it. */
export function stop(child) {
  if (!child || child.exitCode !== null) return;
  return new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill("SIGTERM");
  });
}

/** Runs a bocage command and gives what it prints. */
export function program(args, { url, data, input }) {
  return new Promise((resolve, reject) => {
    const child = execFile(process.env.BOCAGE_BIN, args, { env: environment({ url, data }) }, (error, out, err) => {
      if (error) reject(new Error(`bocage ${args.join(" ")}: ${err || error.message}`));
      else resolve(out);
    });
    child.stdin.on("error", () => {}); // a command that reads nothing may be done before
    child.stdin.end(input ?? "");
  });
}
