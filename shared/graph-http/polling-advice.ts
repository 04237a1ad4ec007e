import type { HttpRequest } from '@azure/functions';
import type { FunctionHandler } from './pipeline.ts';

/** Microsoft Graph's documentation of long-running actions asks for more than 30 seconds between two looks. */
const POLLING_INTERVAL_MS = 30_000;
/** Of the most recent ones; about a megabyte. */
const MAX_REMEMBERED = 5_000;
/** In characters; the signature of RS256 has 342. */
const SIGNATURE_PART = 32;

/** When which client read what; remembered by this process alone. */
export class RecentPolls {
  readonly #polls = new Map<string, number>();

  /** Milliseconds since the same was read before; infinite for the first time. */
  add(key: string, now: number): number {
    const last = this.#polls.get(key) ?? Number.NEGATIVE_INFINITY;
    this.#polls.delete(key); // so that the most recent ones are last
    this.#polls.set(key, now);
    const [oldest] = this.#polls.keys();
    if (this.#polls.size > MAX_REMEMBERED && oldest !== undefined) this.#polls.delete(oldest);
    return now - last;
  }
}

export interface PollingDependencies {
  readonly recentPolls: RecentPolls;
  now(): number;
}

/**
 * Adds a `Warning` header (RFC 7234, section 5.5) to the response of a client that reads the same thing again too soon.
 */
export function withPollingAdvice(
  handler: FunctionHandler,
  { recentPolls, now }: PollingDependencies,
): FunctionHandler {
  return async (request, context) => {
    const response = await handler(request, context);
    if ((response.status ?? 200) >= 400) return response;
    const elapsed = recentPolls.add(toKey(request), now());
    if (elapsed >= POLLING_INTERVAL_MS) return response;
    return { ...response, headers: { ...response.headers, warning: toWarning(elapsed) } };
  };
}

/**
 * Several clients may watch one operation. The end of a token, which is a part of its signature, tells them apart and
 * is no token: nothing that is kept here is worth stealing.
 */
function toKey({ url, headers }: HttpRequest): string {
  const [resource] = url.split('?', 1);
  return `${headers.get('authorization')?.slice(-SIGNATURE_PART) ?? ''} ${resource}`;
}

function toWarning(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1_000);
  return `299 - "Polled again after ${seconds} s; Microsoft Graph asks for more than ${POLLING_INTERVAL_MS / 1_000} s between two polls"`;
}
