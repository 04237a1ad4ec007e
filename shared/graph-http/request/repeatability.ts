import { createHash } from 'node:crypto';
import type { Caller } from '../../domain/caller.ts';
import { BadRequestError, RequestTooOldError } from '../../domain/errors.ts';
import type { RepeatableRequest } from '../../domain/operation-repository.ts';

interface HeaderReader {
  get(name: string): string | null;
}

/** Ids are GUIDs by recommendation only: OASIS Repeatable Requests 1.0. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
/** IMF-fixdate of RFC 9110, the one form that must be sent. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;
/** How long what a request did is known; the repository keeps it at least as long. */
const WINDOW_MS = 10 * 60_000;
/** How far a caller's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Whether the request asks to be carried out once, however often it is sent. */
export function isRepeatable(headers: HeaderReader): boolean {
  return headers.get('repeatability-request-id') !== null || headers.get('repeatability-first-sent') !== null;
}

/**
 * @param body what was asked, parsed
 * @returns undefined when the request does not ask to be repeatable
 * @throws BadRequestError one of the two headers is missing or malformed
 * @throws RequestTooOldError what such an old request did is no longer known
 */
export function readRepeatability(
  headers: HeaderReader,
  { caller, body, now }: { caller: Caller; body: unknown; now: number },
): RepeatableRequest | undefined {
  if (!isRepeatable(headers)) return undefined;
  const id = headers.get('repeatability-request-id') ?? '';
  const firstSent = headers.get('repeatability-first-sent') ?? '';
  if (!REQUEST_ID.test(id)) throw malformed('Repeatability-Request-ID', 'a GUID');
  const sentAt = HTTP_DATE.test(firstSent) ? Date.parse(firstSent) : Number.NaN;
  if (Number.isNaN(sentAt) || sentAt > now + CLOCK_SKEW_MS)
    throw malformed('Repeatability-First-Sent', 'the time of the first request, such as Tue, 26 Mar 2019 16:06:51 GMT');
  if (sentAt < now - WINDOW_MS) throw new RequestTooOldError();
  return {
    key: JSON.stringify([caller.tenantId, caller.kind, caller.id, id.toLowerCase()]),
    fingerprint: createHash('sha256').update(JSON.stringify(body)).digest('base64url'),
  };
}

function malformed(name: string, expected: string): BadRequestError {
  return new BadRequestError(`The header '${name}' is missing or not valid. It must be ${expected}.`);
}
