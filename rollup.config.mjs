// Two bundles from one configuration: the card for the browser (also laid into the integration, which serves it),
// and the agent for Node 24. `PI_UPS_PART=card` or `PI_UPS_PART=agent` builds one of them.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import commonjs from "@rollup/plugin-commonjs";
import resolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import esbuild from "rollup-plugin-esbuild";

const checkout = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
const define = { __PI_UPS_VERSION__: JSON.stringify(version) };

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

/** Indentation inside CSS and HTML templates is for people; it is a tenth of the card. */
const squeezeTemplates = {
  name: "squeeze-templates",
  transform(code, id) {
    if (!/card[\\/]src[\\/].*\.ts$/.test(id)) return null;
    return { code: code.replace(/\n\s+/g, "\n"), map: null };
  },
};

const card = {
  input: "card/src/main.ts",
  output: { file: "dist/card/pi-ups-card.js", format: "esm" },
  // These libraries have no effects at import; saying so lets everything that the card does not use fall away.
  treeshake: {
    moduleSideEffects: (id) =>
      !/node_modules[\\/](custom-card-helpers|@formatjs|intl-messageformat|superstruct)/.test(id),
  },
  plugins: [
    resolve({ browser: true }),
    squeezeTemplates,
    esbuild({ target: "es2022", tsconfig: "card/tsconfig.json", define }),
    terser({ ecma: 2020, module: true, compress: { passes: 2 }, format: { comments: false } }),
    copyTo("dist/card/pi-ups-card.js", "custom_components/pi_ups/frontend/pi-ups-card.js"),
  ],
};

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
    resolve({ preferBuiltins: true, exportConditions: ["node"] }),
    // `ws` asks for its two native helpers inside try/catch and does without them.
    commonjs({ ignore: ["bufferutil", "utf-8-validate"] }),
    esbuild({ target: "node24", tsconfig: "tsconfig.json", define }),
  ],
};

const parts = { card, agent };
const wanted = process.env["PI_UPS_PART"];

export default wanted === undefined ? Object.values(parts) : parts[wanted];
