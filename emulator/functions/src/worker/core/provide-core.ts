import Module from 'node:module';
import type { CoreApi } from './core-api.ts';

const SPECIFIER = '@azure/functions-core';
const MODULE_URL = 'lazurite:functions-core';
const CORE_SYMBOL = 'lazurite.functions-core';

/**
 * Makes every later `require` and `import` of `@azure/functions-core` in this process return `core`.
 *
 * `module.registerHooks` reaches CommonJS, ES modules and bundles. Node 22.13 and 22.14 lack it: there `require` is
 * patched as in Azure's own worker, which reaches everything except a direct import of an ES module.
 */
export function provideCore(core: CoreApi): void {
  Object.defineProperty(globalThis, Symbol.for(CORE_SYMBOL), { value: core, configurable: true });
  if (typeof Module.registerHooks === 'function') registerModuleHooks(core);
  else patchRequire(core);
}

function registerModuleHooks(core: CoreApi): void {
  const source = coreModuleSource(core);
  Module.registerHooks({
    resolve: (specifier, context, next) =>
      specifier === SPECIFIER ? { url: MODULE_URL, format: 'commonjs', shortCircuit: true } : next(specifier, context),
    load: (url, context, next) =>
      url === MODULE_URL ? { format: 'commonjs', source, shortCircuit: true } : next(url, context),
  });
}

/** `module.exports` is the live object. The assignments after it let Node detect the names for `import`. */
function coreModuleSource(core: CoreApi): string {
  const names = Object.keys(core).map((name) => `exports.${name} = core.${name};`);
  return `const core = globalThis[Symbol.for(${JSON.stringify(CORE_SYMBOL)})]; module.exports = core; ${names.join(' ')}`;
}

function patchRequire(core: CoreApi): void {
  // `Module.prototype` is real but not in @types/node.
  const prototype = Module.prototype as unknown as { require: (id: string) => unknown };
  const original = prototype.require;
  prototype.require = function requireWithCore(this: unknown, id: string): unknown {
    return id === SPECIFIER ? core : original.call(this, id);
  };
}
