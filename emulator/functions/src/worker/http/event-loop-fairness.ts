import type { IncomingMessage, RequestListener } from 'node:http';
import type { Clock } from '@lazurite/runtime';
import { hasClientGone } from './client-gone.ts';
import { holdUpload } from './limit-upload.ts';

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
