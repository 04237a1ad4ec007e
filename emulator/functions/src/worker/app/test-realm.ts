import { runInThisContext } from 'node:vm';

/**
 * Whether this code runs in a context of its own with its own module loader, as under Jest: there only `require` reaches
 * the modules, and ES modules are transformed to CommonJS.
 */
export function inTestRealm(): boolean {
  return runInThisContext('globalThis') !== globalThis;
}
