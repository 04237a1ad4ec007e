import type { HttpRequest } from '@azure/functions';
import type { FunctionHandler } from '../../shared/graph-http/pipeline.ts';

/** Microsoft Graph's documentation of long-running actions asks for more than 30 seconds between two looks. */
const POLLING_INTERVAL_MS = 30_000;
/** Of the most recent ones; about a megabyte. */
const MAX_REMEMBERED = 5_000;
/** In characters; the signature of RS256 has 342. */
const SIGNATURE_PART = 32;

/**
 * Lets a client that looks at something again too soon know, in a `Warning` header (RFC 7234, section 5.5). It gets its
 * answer all the same. Who polls whom is remembered by this process alone.
 */
export function withPollingAdvice(handler: FunctionHandler, { now }: { now(): number }): FunctionHandler {
  const lastLooks = new Map<string, number>();
  return async (request, context) => {
    const response = await handler(request, context);
    if ((response.status ?? 200) >= 400) return response;
    const elapsed = look(lastLooks, toKey(request), now());
    if (elapsed >= POLLING_INTERVAL_MS) return response;
    return { ...response, headers: { ...response.headers, warning: toWarning(elapsed) } };
  };
}

/** Milliseconds since the same was looked at before; infinite for the first look. */
function look(lastLooks: Map<string, number>, key: string, now: number): number {
  const last = lastLooks.get(key) ?? Number.NEGATIVE_INFINITY;
  lastLooks.delete(key); // so that the most recent ones are last
  lastLooks.set(key, now);
  const [oldest] = lastLooks.keys();
  if (lastLooks.size > MAX_REMEMBERED && oldest !== undefined) lastLooks.delete(oldest);
  return now - last;
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
