import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { Log } from '@lazurite/runtime';
import { messageOf } from '../../errors.ts';

/**
 * Honours NODE_EXTRA_CA_CERTS as an app setting. Node reads it once, when a process starts, and this one is started
 * before its settings are known; in Azure they are its environment from the first.
 *
 * @param path of PEM certificates. One that cannot be read is reported and left out, as Node does.
 */
export function trustCertificates(path: string, log: Log): void {
  // Since Node 22.19 and 24.5.
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
