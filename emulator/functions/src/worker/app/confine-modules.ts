import { realpathSync } from 'node:fs';
import Module from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * From now on what the files below `appRoot` import comes from there too, or from Node.js and the host. Node.js itself
 * goes on looking in the `node_modules` of all folders above, which are not there where the app is deployed.
 *
 * Without effect before Node.js 22.15, which lacks `module.registerHooks`.
 */
export function confineModules(appRoot: string): void {
  if (typeof Module.registerHooks !== 'function') return;
  const inside = pathToFileURL(join(realpathSync(appRoot), sep)).href; // as Node.js names modules
  Module.registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      const { parentURL = '' } = context;
      if (!parentURL.startsWith(inside) || !resolved.url.startsWith('file:') || resolved.url.startsWith(inside))
        return resolved;
      throw notFound(specifier, parentURL);
    },
  });
}

/** As Node.js words it, and with its code, which tells the reader of the error what to do. */
function notFound(specifier: string, parent: string): Error {
  const message = `Cannot find '${specifier}' imported from ${parent}: it lies outside of the app's folder`;
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}
