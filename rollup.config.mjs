// Two bundles from one configuration: the card for the browser (also laid into the integration, which serves it),
// and the agent for Node 24. `PI_UPS_PART=card` or `PI_UPS_PART=agent` builds one of them.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import commonjs from "@rollup/plugin-commonjs";
import resolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { transformSync } from "esbuild";
import esbuild from "rollup-plugin-esbuild";

const checkout = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
const define = { __PI_UPS_VERSION__: JSON.stringify(version) };

/** Whatever NODE_ENV says (test runners set it), a bundle holds the libraries as they are meant to be shipped. */
const exportConditions = ["production"];

/** Chunks carry a hash in their name, so those of earlier builds have to go first. */
const emptyFolder = (folder) => ({
  name: "empty-folder",
  buildStart() {
    rmSync(join(checkout, folder), { recursive: true, force: true });
  },
});

/** The integration serves the card from its own folder. */
const copyTo = (from, to) => ({
  name: "copy-to",
  writeBundle() {
    mkdirSync(dirname(join(checkout, to)), { recursive: true });
    copyFileSync(join(checkout, from), join(checkout, to));
  },
});

/** CSS and HTML templates are minified too; they are a fifth of the card. */
const squeezeTemplates = {
  name: "squeeze-templates",
  transform(code, id) {
    if (!/card[\\/]src[\\/].*\.ts$/.test(id)) return null;
    const css = code.replace(/\bcss`([^`]*)`/g, (_, text) => `css\`${minifyCss(text)}\``);
    return { code: css.replace(/\n\s+/g, "\n").replace(/>\n</g, "><"), map: null };
  },
};

/** esbuild leaves custom properties as they are; a space before or between their values' parts means nothing here. */
function minifyCss(text) {
  const { code } = transformSync(text, { loader: "css", minify: true, charset: "utf8" });
  return code
    .trim()
    .replace(/(--[\w-]+:) /g, "$1")
    .replaceAll(", ", ",");
}

/**
 * Own names that nobody outside the bundle sees: private members, endings that only this code uses, names of texts, and
 * some long ones. Anything else could be a name of the browser's or of Home Assistant's.
 */
const texts =
  readFileSync(join(checkout, "card/src/i18n/en.ts"), "utf8").match(/(?<=^ {2})[a-z]+[A-Z]\w*(?=:)/gm) ?? [];
const longNames =
  "acPresent runtimeMin runtimeSettling problemText cancellable cancelling gridRows eventsLimit eventFilter tapAction " +
  "unknownKeys eventName deviceName dayNumber minuteOfDay feedsPi stretches strings refusal headline lastAc newVersion " +
  "cancelShutdown frail knows trust waiting settling moving quantity spoken moment listeners release acquire percent bands";
const ownNames = new RegExp(
  `^(_[a-z]\\w*|\\w+(Ms|Pct|Words|Id)|on[A-Z]\\w*|${[...texts, ...longNames.split(" ")].join("|")})$`,
);

/** Of custom-card-helpers' single file no bundler can prove its enums unused, so its functions come from its sources. */
const slimHelpers = {
  name: "slim-helpers",
  resolveId: (id) => (id === "custom-card-helpers" ? "\0helpers" : null),
  load(id) {
    if (id !== "\0helpers") return null;
    const source = join(checkout, "node_modules/custom-card-helpers/src");
    return `export { fireEvent } from "${source}/fire-event.ts"; export { hasAction } from "${source}/has-action.ts";`;
  },
};

const card = {
  input: "card/src/main.ts",
  output: { file: "dist/card/pi-ups-card.js", format: "esm" },
  plugins: [
    slimHelpers,
    resolve({ browser: true, exportConditions }),
    squeezeTemplates,
    esbuild({ target: "es2022", tsconfig: "card/tsconfig.json", exclude: /\.js$/, define }),
    terser({
      ecma: 2020,
      module: true,
      compress: { passes: 3, keep_fargs: false, unsafe_arrows: true, inline: 1 },
      mangle: { properties: { regex: ownNames } },
      format: { comments: false },
    }),
    copyTo("dist/card/pi-ups-card.js", "custom_components/pi_ups/frontend/pi-ups-card.js"),
  ],
};

/**
 * Packages take Node's own modules whole. An `import` of `http` makes a module of all its exports and thereby loads the
 * whole of `fetch` behind one of them: 4 MB on a Pi. `process.getBuiltinModule` gives the same object without that.
 */
const builtinsAsObjects = {
  name: "builtins-as-objects",
  resolveId: (id, importer) =>
    importer?.includes("node_modules") && isBuiltin(id) ? `\0builtin:${id.replace(/^node:/, "")}` : null,
  load: (id) => (id.startsWith("\0builtin:") ? builtinObject(id.slice("\0builtin:".length)) : null),
};

/** What `ws` needs for encrypted or compressed connections only; loaded at the first use, 3 MB later or never. */
const rarelyUsed = ["https", "tls", "zlib"];

function builtinObject(name) {
  const load = `process.getBuiltinModule(${JSON.stringify(name)})`;
  if (!rarelyUsed.includes(name)) return `export default ${load};`;
  return `export default new Proxy({}, { get: (_, key) => ${load}[key] });`;
}

const agent = {
  input: { "pi-ups": "agent/src/cli/main.ts" },
  output: {
    dir: "dist/agent",
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name]-[hash].mjs",
    // A stack trace out of a user's log should name functions; the bundle is not minified.
    sourcemap: false,
  },
  // Native add-ons are optional and loaded only on real hardware.
  external: [/^node:/, "i2c-bus", "onoff"],
  plugins: [
    emptyFolder("dist/agent"),
    builtinsAsObjects,
    resolve({ preferBuiltins: true, exportConditions: ["node", ...exportConditions] }),
    // `ws` asks for its two native helpers inside try/catch and does without them.
    commonjs({
      ignore: ["bufferutil", "utf-8-validate"],
      requireReturnsDefault: (id) => id.startsWith("\0builtin:"),
    }),
    esbuild({ target: "node24", tsconfig: "tsconfig.json", define }),
  ],
};

const parts = { card, agent };
const wanted = process.env["PI_UPS_PART"];

export default wanted === undefined ? Object.values(parts) : parts[wanted];
