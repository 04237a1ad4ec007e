import type { RequestListener } from 'node:http';
import type { Clock } from '@lazurite/runtime';

/** Functions that take longer than this in one turn of the event loop make the requests after them wait for the next. */
const TURN_MS = 5;

/**
 * Lets the event loop turn between requests whose functions block it. Otherwise one turn serves every connection that has
 * a request, seconds of work where each blocks for milliseconds, and meanwhile new connections are not accepted.
 */
export function takeTurns(listener: RequestListener, clock: Clock): RequestListener {
  const waiting: (() => void)[] = [];
  let turnStartedAt: number | undefined;

  function startTurn(): void {
    turnStartedAt = clock.monotonic();
    setImmediate(endTurn);
  }

  function endTurn(): void {
    turnStartedAt = undefined;
    const next = waiting.shift();
    if (!next) return;
    startTurn();
    next();
  }

  return (message, response) => {
    if (turnStartedAt === undefined) startTurn();
    const isOver = waiting.length > 0 || clock.monotonic() - (turnStartedAt ?? 0) > TURN_MS;
    if (isOver) waiting.push(() => listener(message, response));
    else listener(message, response);
  };
}
