import type { RequestListener } from 'node:http';
import type { Clock } from '@lazurite/runtime';

/** The time for requests in one turn of the event loop; later requests wait for the next turn. */
const TURN_MS = 5;

/**
 * Yields to the event loop between requests whose functions block it. Otherwise one turn would serve every connection
 * that has a request: seconds of work where each blocks for milliseconds, during which no connection is accepted.
 */
export function yieldToEventLoop(listener: RequestListener, clock: Clock): RequestListener {
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
