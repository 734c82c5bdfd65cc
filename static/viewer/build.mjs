// Bundles src/ into dist/. The banner names the hash of the sources, so that a test can tell a stale bundle.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const outdir = process.argv[2] ?? join(here, "dist");

const hash = createHash("sha256");
for (const name of readdirSync(source).sort()) {
  hash.update(`${name}\n`);
  hash.update(readFileSync(join(source, name)));
}

await build({
  absWorkingDir: here,
  entryPoints: ["src/reading.ts", "src/viewer.ts"],
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  banner: { js: `/*! readerstudy, sources sha256 ${hash.digest("hex")} */` },
});
