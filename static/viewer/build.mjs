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
const texts = [];
for (const name of readdirSync(source).sort()) {
  const text = readFileSync(join(source, name));
  hash.update(`${name}\n`);
  hash.update(text);
  texts.push(String(text));
}

/** Without what comments say. */
const bare = (code) => code.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

/** Private members that no other object has a property named like: these may get short names in the bundle. */
function privateNames() {
  const code = bare(texts.join("\n"))
    .replace(/import (?:type )?\{[^}]*\}/g, "")
    .replace(/const \{[^}]*\} = this;/g, "");
  const others = code.replace(/\bprivate [^\n]*/g, "");
  const declared = code.matchAll(/\bprivate (?:static |readonly |async |get |set )*(\w+)/g);
  return [...new Set([...declared].map((found) => found[1]))].sort().filter((name) => {
    const isOfOthers = new RegExp(`(?<!\\bthis)\\.${name}\\b`).test(code);
    const isKey = new RegExp(`["']${name}["']|[{,]\\s*${name}\\??:|^\\s+(?:readonly )?${name}\\??[:(]`, "m");
    const isShorthand = new RegExp(`\\{[^{}()]*\\b${name}\\b[^{}():]*\\}`);
    return !isOfOthers && !isKey.test(others) && !isShorthand.test(code);
  });
}

/** Long names of our own that other files of src/ use: no browser and no server knows them. */
const OURS =
  "actualSize arrangement atImage attach chooseLetter clicked coming conclude density doubleTap element " +
  "figureOf fitted flushing focused focusOpen focusView forgetFarthest frameOf getView getWindow happened " +
  "hasFilms hasPicture headCame heard heldBytes hurry idleAfterMs imagePoint isCine isComplete isExposing " +
  "isFitted isFlicker isInverted isMaximised isNew isSlider latest leadsOn leftInWords legend lensBox " +
  "lensPart lensRect lensTile letters lifeZoom linked looked magnify maximise moveEdge moveTo needsPage " +
  "onArrival onDraw onFirstPaint openSitting outlined overlays paintedActiveMs pointOut pointsOf prepare " +
  "progressed putDraft recall received reflect refused removeDraft renderer renewed retryAfterMs reveal " +
  "running samples saveDraft screenPoint sending setPorts setView setWindow shiftWindow showHelp shown " +
  "shownMs signInUrl single spacingMm spent standing stops surface takeBack takeUp tapped tappedTwice texture " +
  "timeOver timer toggleReasons trouble viewer views warm watch withinMs";

/** The programs of the graphics card need neither indentation nor spaces around signs. */
const shaders = {
  name: "shaders",
  setup({ onLoad }) {
    onLoad({ filter: /shaders\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replace(/\n[ \t]+/g, "\n")
        .replace(/ *([=*+,;{}()<>-]) */g, "$1"),
      loader: "ts",
    }));
  },
};

/** The reading page fetches the plain canvas only where it has to draw on one. */
const later = {
  name: "later",
  setup({ onResolve }) {
    onResolve({ filter: /\/plain$/ }, () => ({ path: join(source, "plain_later.ts") }));
  },
};

const how = {
  absWorkingDir: here,
  outdir,
  bundle: true,
  minify: true,
  plugins: [shaders],
  charset: "utf8",
  format: "esm",
  target: "es2022",
  legalComments: "none",
  banner: { js: `/*! readerstudy, sources sha256 ${hash.digest("hex")} */` },
};
const reading = { ...how, entryPoints: ["src/reading.ts"], plugins: [shaders, later] };
const { metafile: others } = await build({
  ...how,
  metafile: true,
  entryPoints: [
    "src/extras.ts",
    "src/sealed.ts",
    "src/side.ts",
    "src/tour.ts",
    "src/unpack.ts",
    "src/viewer.ts",
  ],
});
const { metafile: whole } = await build({ ...reading, metafile: true, write: false });

/** Words of modules that the reading page fetches later: they meet its objects by their whole names, unlike the tour. */
const met = new Set(
  Object.keys(others.inputs)
    .filter((path) => !(path in whole.inputs) && path !== "src/tour.ts")
    .flatMap((path) => bare(readFileSync(join(here, path), "utf8")).match(/\w+/g)),
);
const short = [...privateNames(), ...OURS.split(" ")].filter((name) => !met.has(name));
await build({ ...reading, mangleProps: new RegExp(`^(?:${short.join("|")})$`) });
