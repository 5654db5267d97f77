// The wire contract's JSON examples by name, so that these tests speak with the same words as the Python ones.
import { readFileSync } from "node:fs";

interface Example {
  readonly name: string;
  readonly data?: unknown;
  readonly message?: unknown;
}

function load(file: string): { readonly valid: readonly Example[]; readonly invalid?: readonly Example[] } {
  return JSON.parse(readFileSync(new URL(`../../contract/${file}.json`, import.meta.url), "utf8"));
}

/** `data` or `message` of the example `name` in test/contract/`file`.json. */
export function example<T = Record<string, unknown>>(file: string, name: string): T {
  const { valid, invalid } = load(file);
  const found = [...valid, ...(invalid ?? [])].find((one) => one.name === name);
  if (found === undefined) throw new Error(`test/contract/${file}.json has no example "${name}"`);
  return structuredClone(found.data ?? found.message) as T;
}
