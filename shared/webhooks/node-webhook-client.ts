import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import {
  TIMED_OUT_REASON,
  type WebhookClient,
  type WebhookOutcome,
  type WebhookRequest,
} from '../domain/notifications/webhook.ts';
import { type AddressPolicy, isAllowed } from './public-address.ts';
import { readRetryAfter } from './retry-after.ts';
import { rejectionOf } from './target-url.ts';

export interface NodeWebhookClientOptions {
  /** Where notifications may go. With `publicOrPrivate` they also go without TLS. */
  readonly policy: AddressPolicy;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after the given milliseconds, unless the returned function was called before. */
  startTimer(milliseconds: number, callback: () => void): () => void;
  /** Default: as the machine resolves names. */
  readonly resolve?: Resolve;
  /** PEM certificates to trust. Default: those that Node.js trusts. */
  readonly ca?: string;
}

export interface NodeWebhookClient extends WebhookClient {
  /** Ends the connections that are kept open. */
  close(): void;
}

/** Of an answer; what exceeds it is not read. */
const MAX_BODY_BYTES = 64 * 1024;
/** Far more than one instance has under way, and little enough to leave file descriptors for others. */
const MAX_SOCKETS = 256;
/** Of those without a request. */
const MAX_IDLE_SOCKETS = 64;
const AGENT = { keepAlive: true, maxTotalSockets: MAX_SOCKETS, maxFreeSockets: MAX_IDLE_SOCKETS, timeout: 60_000 };

/** Firewalls turn away who does not say what they are. */
const USER_AGENT = 'teams-async-operations';

type Agents = Readonly<Record<string, HttpAgent>>;

/**
 * Sends over Node's own HTTP. The address that is connected to is one that was checked: docs/decisions/webhook-targets.md.
 * Redirects are answers like any others.
 */
export function createNodeWebhookClient(options: NodeWebhookClientOptions): NodeWebhookClient {
  const { policy, ca, resolve = (hostname) => lookup(hostname, { all: true }) } = options;
  const look = { lookup: checkedLookup(resolve, policy) };
  const agents: Agents = {
    'http:': new HttpAgent({ ...AGENT, ...look }),
    // Whatever the environment says, certificates are verified.
    'https:': new HttpsAgent({ ...AGENT, ...look, rejectUnauthorized: true, ...(ca !== undefined && { ca }) }),
  };
  return {
    post: async (given) => {
      const reason = rejectionOf(given.url, policy);
      if (reason !== null) return { kind: 'forbidden', reason };
      return withinTime(given, { agents, ...options });
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

type Ports = Pick<NodeWebhookClientOptions, 'now' | 'startTimer'> & { readonly agents: Agents };

/** One time limit for all of it: waiting for a socket, looking up, connecting, sending, the answer. */
async function withinTime(given: WebhookRequest, dependencies: Ports): Promise<WebhookOutcome> {
  const controller = new AbortController();
  const stopTimer = dependencies.startTimer(given.timeoutMs, () => controller.abort());
  try {
    return await attempt(given, { ...dependencies, signal: controller.signal });
  } catch (error) {
    if (error instanceof ForbiddenAddressError) return { kind: 'forbidden', reason: error.message };
    if (controller.signal.aborted) return { kind: 'failed', reason: TIMED_OUT_REASON };
    return { kind: 'failed', reason: describe(error) };
  } finally {
    stopTimer();
  }
}

type Attempt = Ports & { readonly signal: AbortSignal };

async function attempt(given: WebhookRequest, attempted: Attempt): Promise<WebhookOutcome> {
  const first = send(given, attempted);
  try {
    return await first.outcome;
  } catch (error) {
    // A connection that was kept can be closed by the other side just as it is used: then nothing was received.
    if (!first.request.reusedSocket || attempted.signal.aborted || codeOf(error) !== 'ECONNRESET') throw error;
    return await send(given, attempted).outcome;
  }
}

interface Sent {
  readonly request: ClientRequest;
  readonly outcome: Promise<WebhookOutcome>;
}

function send({ url, contentType, body, headers = {} }: WebhookRequest, { agents, signal, now }: Attempt): Sent {
  const { protocol } = new URL(url);
  const start = protocol === 'https:' ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<WebhookOutcome>();
  const request = start(url, {
    method: 'POST',
    agent: agents[protocol],
    signal,
    headers: {
      ...headers,
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'accept-encoding': 'identity',
      'user-agent': USER_AGENT,
    },
  });
  request.on('error', reject);
  request.once('response', (answer) => {
    // From here on the endpoint has answered, however its answer ends.
    request.off('error', reject).on('error', () => undefined);
    void readBody(answer).then((read) => resolve(toOutcome(answer, read, now())));
  });
  request.end(body);
  return { request, outcome: promise };
}

/** As far as it came: the endpoint has answered, however its answer ends. What is too long is cut, and with it the connection. */
async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BODY_BYTES) break; // ends the connection as well
    }
  } catch {
    // closed early, or out of time
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString();
}

function toOutcome({ statusCode = 0, headers }: IncomingMessage, body: string, now: number): WebhookOutcome {
  return {
    kind: 'answered',
    status: statusCode,
    contentType: headers['content-type'] ?? null,
    retryAfterMs: readRetryAfter(headers['retry-after'], now),
    body,
  };
}

/** Names no address: the reason can be shown to whoever gave the URL. */
function describe(error: unknown): string {
  return `The endpoint cannot be reached (${codeOf(error) ?? 'unknown'})`;
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The name stands for an address that must not be connected to. */
export class ForbiddenAddressError extends Error {
  readonly code = 'ForbiddenAddress';

  constructor() {
    super('The host of the URL is not a public address');
    this.name = 'ForbiddenAddressError';
  }
}

/**
 * A look-up for sockets, which connect to exactly what it answers: no second look-up can have another answer. A name
 * with any address that is not allowed is rejected as a whole.
 */
export function checkedLookup(resolve: Resolve, policy: AddressPolicy): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || addresses.some(({ address }) => !isAllowed(address, policy)))
          callback(new ForbiddenAddressError(), '');
        else if (all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}
