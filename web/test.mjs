// Bundles src/*.test.ts and runs them: node:test on esbuild's output.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, ".t");
const entries = readdirSync(join(here, "src"))
  .filter((f) => f.endsWith(".test.ts"))
  .map((f) => join("src", f));
rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: entries,
  bundle: true,
  platform: "node",
  format: "esm",
  outdir: out,
  outExtension: { ".js": ".mjs" },
  logLevel: "warning",
});
const files = readdirSync(out).map((f) => join(out, f));
process.exit(spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1);
