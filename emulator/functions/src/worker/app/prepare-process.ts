import { readFileSync, realpathSync } from 'node:fs';
import Module from 'node:module';
import { join, sep } from 'node:path';
import tls from 'node:tls';
import { pathToFileURL } from 'node:url';
import type { Log } from '@lazurite/runtime';
import { messageOf } from '../../errors.ts';

/**
 * Restricts the imports of files below `appRoot` to that folder, Node.js and the host. Node.js itself also searches the
 * `node_modules` of all parent folders, which do not exist where the app is deployed.
 *
 * Without effect before Node.js 22.15, which lacks `module.registerHooks`.
 */
export function confineModules(appRoot: string): void {
  if (typeof Module.registerHooks !== 'function') return;
  const inside = pathToFileURL(join(realpathSync(appRoot), sep)).href; // the form in which Node.js names modules
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

/** The message and the code of Node.js's own error, so that `scriptError` adds the same hint. */
function notFound(specifier: string, parent: string): Error {
  const message = `Cannot find '${specifier}' imported from ${parent}: it lies outside of the app's folder`;
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}

/**
 * Applies NODE_EXTRA_CA_CERTS as an app setting. Node reads the variable once, when a process starts, and this process
 * starts before its settings are known; in Azure they are its environment from the start.
 *
 * @param path of PEM certificates. A file that cannot be read is reported and ignored, as Node does.
 */
export function trustCertificates(path: string, log: Log): void {
  // Node.js has it since 22.19 and 24.5.
  if (typeof tls.setDefaultCACertificates !== 'function') {
    log.warn({}, 'The app setting NODE_EXTRA_CA_CERTS needs Node.js 22.19 or later. Set it in the shell instead');
    return;
  }
  try {
    const extra = readFileSync(path, 'utf8');
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), extra]);
  } catch (error) {
    log.warn({}, `The certificates of NODE_EXTRA_CA_CERTS are not trusted: ${messageOf(error)}`);
  }
}
