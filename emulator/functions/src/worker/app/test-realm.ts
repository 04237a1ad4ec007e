import { runInThisContext } from 'node:vm';

/**
 * Whether this code runs in a context of its own, as under Jest, whose modules are not Node's: there only `require`
 * reaches them, and ES modules have been turned into CommonJS.
 */
export function inTestRealm(): boolean {
  return runInThisContext('globalThis') !== globalThis;
}
