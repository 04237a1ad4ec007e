import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

const TICK_MS = 50;
/** A quarter of a second: connecting within a machine takes no time, but Windows tries a closed port again for two seconds. */
const CONNECT_TICKS = 5;
/** Three seconds: an emulator in a container may have to wake up. */
const RESPONSE_TICKS = 60;

export interface Probe {
  readonly port: number;
  /** Default: 'http'. The certificate of 'https' is not checked, so send nothing that is secret. */
  readonly protocol?: 'http' | 'https';
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
}

/**
 * Sends a `GET` to a port of this machine, to find out which program listens there. Resolves to the response, whose
 * body the caller reads or resumes; to undefined when the port is free, when the program does not speak HTTP, and when
 * it does not respond in time.
 *
 * The time limits count ticks of an interval. A process that is busy with its own start misses ticks, so that it reads
 * what arrived meanwhile before it gives up.
 */
export function probePort({
  port,
  protocol = 'http',
  path,
  headers = {},
}: Probe): Promise<IncomingMessage | undefined> {
  const options = { host: '127.0.0.1', port, path, agent: false, headers };
  return new Promise((resolve) => {
    const probe = protocol === 'http' ? httpRequest(options) : httpsRequest({ ...options, rejectUnauthorized: false });
    let ticks = 0;
    let limit = CONNECT_TICKS;
    const ticking = setInterval(() => {
      ticks += 1;
      if (ticks >= limit) probe.destroy();
    }, TICK_MS);
    probe.once('socket', (socket) => socket.once('connect', () => (limit = RESPONSE_TICKS)));
    probe.once('response', resolve).once('error', () => resolve(undefined));
    probe.once('close', () => {
      clearInterval(ticking);
      resolve(undefined); // nothing has responded: else this comes too late to count
    });
    probe.end();
  });
}
