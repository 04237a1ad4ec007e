// What a request passes before the first step of the pipeline: it is counted, and may have to wait for its turn.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@lazurite/runtime';
import type { EventBatch } from '../invocation/event-batch.ts';

/** The host's own API, which tools poll. */
const OWN_PATH = /^\/(?:admin|runtime)(?:\/|$)/i;

export interface InFlightOptions {
  readonly clock: Clock;
  /** Where each request is reported whose response was sent, or whose client has gone; absent: nobody listens. */
  readonly events?: EventBatch | undefined;
}

/** The requests without a complete response. */
export class InFlightRequests {
  readonly #responses = new Set<ServerResponse>();
  readonly #options: InFlightOptions;

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  counted(listener: RequestListener): RequestListener {
    return (message, response) => {
      this.#responses.add(response);
      const startedAt = this.#options.events ? this.#options.clock.monotonic() : 0; // nobody would ask for it
      response.once('close', () => {
        this.#responses.delete(response);
        this.#report(message, { status: response.statusCode, startedAt });
      });
      listener(message, response);
    };
  }

  #report(
    { method = '', url = '' }: IncomingMessage,
    { status, startedAt }: { readonly status: number; readonly startedAt: number },
  ): void {
    const { clock, events } = this.#options;
    if (!events) return;
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    if (OWN_PATH.test(path)) return;
    const durationMs = clock.monotonic() - startedAt;
    events.push({ type: 'request-finished', method, path, status, durationMs, at: clock.now() });
  }

  /** Responds with 500 wherever no response has begun. Synchronous, because the process is about to end. */
  fail(): void {
    for (const response of this.#responses) {
      if (response.headersSent) continue;
      response.writeHead(500, { 'content-length': 0, connection: 'close' });
      response.end();
    }
  }

  /** Announces to the clients that their connection closes after this response. */
  announceClose(): void {
    for (const response of this.#responses) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }
}

export interface TurnOptions {
  /** Whether connections may have waited before this process accepted them, as after a restart. Default false. */
  readonly startsBehind?: boolean;
}

/** The time for requests in one turn of the event loop; later requests wait for the next turn. */
const TURN_MS = 5;
/** After a long turn connections are accepted in the next turn, and their requests are read in the one after that. */
const CATCH_UP_TURNS = 3;

interface Waiting {
  readonly message: IncomingMessage;
  /** The turn in which it was read. */
  readonly turn: number;
  readonly run: () => void;
}

/**
 * Yields to the event loop between requests whose functions block it. Otherwise one turn would serve every connection
 * that has a request: seconds of work where each blocks for milliseconds, during which no connection is accepted.
 *
 * A request that had to wait may have lost its client. The end of a connection is read in the turn after the request, so
 * a waiting request runs one turn later, and not at all when its client has gone.
 */
export function yieldToEventLoop(
  listener: RequestListener,
  clock: Clock,
  { startsBehind = false }: TurnOptions = {},
): RequestListener {
  const waiting: Waiting[] = [];
  let turn = 0;
  let turnStartedAt: number | undefined;
  let turnsBehind = startsBehind ? CATCH_UP_TURNS : 0;

  function startTurn(): void {
    turn++;
    turnStartedAt = clock.monotonic();
    setImmediate(endTurn);
  }

  function isOver(): boolean {
    return clock.monotonic() - (turnStartedAt ?? 0) > TURN_MS;
  }

  function endTurn(): void {
    turnsBehind = isOver() ? CATCH_UP_TURNS : Math.max(0, turnsBehind - 1);
    const ended = turn;
    turnStartedAt = undefined;
    if (waiting.length === 0) return;
    startTurn();
    for (let next = waiting[0]; next && next.turn < ended && !isOver(); next = waiting[0]) {
      waiting.shift();
      if (hasClientGone(next.message)) next.message.socket.destroy();
      else next.run();
    }
  }

  return (message, response) => {
    if (turnStartedAt === undefined) startTurn();
    const mustWait = waiting.length > 0 || turnsBehind > 0 || isOver();
    if (mustWait) waiting.push({ message, turn, run: whenReleased(() => listener(message, response), message) });
    else listener(message, response);
  };
}

function whenReleased(listen: () => void, message: IncomingMessage): () => void {
  const release = holdUpload(message);
  return () => {
    listen();
    release();
  };
}

/**
 * Keeps the chunks of a request that waits, so that `limitUpload` counts them all when its turn comes.
 *
 * @returns a function that hands them over
 */
function holdUpload(message: IncomingMessage): () => void {
  if (!hasUndeclaredLength(message)) return () => undefined;
  const held: Parameters<IncomingMessage['push']>[] = [];
  let bytes = 0;
  message.push = (chunk: Buffer | null, encoding) => {
    held.push([chunk, encoding]);
    bytes += chunk?.length ?? 0;
    return bytes < message.readableHighWaterMark; // false: node:http stops reading until the body is read
  };
  const hold = message.push;
  return () => {
    if (message.push === hold) Reflect.deleteProperty(message, 'push');
    for (const [chunk, encoding] of held) message.push(chunk, encoding);
  };
}

/** Whether the body may be longer than any limit: node:http enforces a declared length. */
export function hasUndeclaredLength({ headers }: IncomingMessage): boolean {
  return headers['content-length'] === undefined && headers['transfer-encoding'] !== undefined;
}

/**
 * Whether the client has closed its connection, so that nobody would read the response. node:http answers no client that
 * has closed its sending side either.
 */
export function hasClientGone(message: IncomingMessage): boolean {
  const socket: Duplex | undefined = message.socket; // absent in a message that was made by hand
  return socket?.destroyed === true || socket?.readableEnded === true;
}
