import { findKey, isObject } from './config-reader.ts';
import type { JsonObject } from './json-file.ts';

const PREFIX = /^AzureFunctionsJobHost(?:__|:)/i;

/** host.json with every `AzureFunctionsJobHost__a__b` (or `:`) of the environment written to `a.b`; `root` stays as it is. */
export function applyOverrides(root: JsonObject, env: Readonly<Record<string, string | undefined>>): JsonObject {
  const result = structuredClone(root);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !PREFIX.test(name)) continue;
    const path = name.replace(PREFIX, '').split(/__|:/);
    if (path.every((part) => part !== '' && part !== '__proto__')) setAt(result, path, value);
  }
  return result;
}

function setAt(root: JsonObject, path: readonly string[], value: string): void {
  const last = path.at(-1) ?? '';
  let target: JsonObject = root;
  for (const part of path.slice(0, -1)) {
    const key = findKey(target, part) ?? part;
    const existing = target[key];
    // An array is a section whose names are its indexes.
    const child = Array.isArray(existing) ? { ...existing } : existing;
    const next: JsonObject = isObject(child) ? child : {};
    target[key] = next;
    target = next;
  }
  target[findKey(target, last) ?? last] = value;
}
