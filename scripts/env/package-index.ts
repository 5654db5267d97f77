// How the host reaches its package index (mirror, certificates, local wheels), told to pip and uv inside a root of
// their own. A machine without such settings gets none.
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { cache } from "../lib/paths.ts";

/** The host's bundle of trusted certificates; a company's own authority is in it as well. */
export const certificates = "/etc/ssl/certs/ca-certificates.crt";

/** Settings files that pip and uv read, at the same places inside. */
export const settingsFiles = ["/etc/pip.conf", "/etc/uv/uv.toml"].filter((file) => existsSync(file));

const passedOn =
  /^(PIP_.+|UV_.+|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(HTTPS?|ALL|NO)_PROXY|CI|TERM)$/i;

/** The index that pip was told to use instead of the public one: by the environment, else by its files. */
function pipIndex(): string | undefined {
  const fromEnvironment = process.env["PIP_INDEX_URL"];
  if (fromEnvironment !== undefined) return fromEnvironment;
  const files = [".config/pip/pip.conf", ".pip/pip.conf"].map((file) => join(homedir(), file));
  for (const file of [...files, "/etc/pip.conf"].filter((one) => existsSync(one))) {
    const found = /^\s*index-url\s*=\s*(\S+)/m.exec(readFileSync(file, "utf8"));
    if (found !== null) return found[1];
  }
  return undefined;
}

/**
 * The same index in uv's words, because uv does not read pip's settings. Further indexes stay pip's own: uv searches
 * several of them by another rule, and a package might come from the wrong one.
 */
function indexForUv(): Record<string, string> {
  const index = pipIndex();
  return index === undefined ? {} : { UV_DEFAULT_INDEX: index, PIP_INDEX_URL: index };
}

/** Variables for pip and uv. `isolated` is for a root of its own, where the host's certificates were copied to. */
export function packageEnvironment(isolated: boolean): Record<string, string> {
  const host = Object.fromEntries(
    Object.entries(process.env).filter(
      (pair): pair is [string, string] => passedOn.test(pair[0]) && pair[1] !== undefined,
    ),
  );
  const trust = {
    PIP_CERT: certificates,
    SSL_CERT_FILE: certificates,
    REQUESTS_CA_BUNDLE: certificates,
    UV_SYSTEM_CERTS: "1",
  };
  return {
    ...indexForUv(),
    ...host,
    ...(isolated ? trust : {}),
    PIP_NO_CACHE_DIR: "1",
    // Beside the environments, so that both share the same files by hard links.
    UV_CACHE_DIR: join(cache, "uv-cache"),
  };
}

/** Folders of this machine that the settings name; they must be visible inside as well. */
export function localFolders(): readonly string[] {
  const named = [
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_DEFAULT_INDEX",
    "PIP_FIND_LINKS",
    "PIP_EXTRA_INDEX_URL",
  ].map((name) => process.env[name]);
  return [...named, pipIndex()]
    .flatMap((value) => (value ?? "").split(/[\s,]+/))
    .map((place) =>
      // A local index keeps the packages beside its folder of pages.
      place.startsWith("file://") ? dirname(place.slice("file://".length).replace(/\/$/, "")) : place,
    )
    .filter((place) => isAbsolute(place) && existsSync(place) && statSync(place).isDirectory());
}
