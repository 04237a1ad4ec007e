// What a request says beside its address and its options: its ids, the conditions of a write, and the JSON body.
import { createHash } from 'node:crypto';
import type { Caller } from '../../domain/caller.ts';
import { BadRequestError, OperationsError, RequestTooOldError, TooLargeError } from '../../domain/errors.ts';
import type { ChangeOrigin } from '../../domain/notifications/operation-change.ts';
import type { RepeatableRequest } from '../../domain/operation-repository.ts';
import type { Telemetry } from '../../domain/telemetry.ts';

export interface RequestIds {
  /** Ours, a new GUID for every request. */
  readonly requestId: string;
  /** The caller's, where it sent a GUID; otherwise ours. */
  readonly clientRequestId: string;
}

const GUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

export function readRequestIds(clientRequestId: string | null, requestId: string): RequestIds {
  const valid = clientRequestId !== null && GUID.test(clientRequestId);
  return { requestId, clientRequestId: valid ? clientRequestId : requestId };
}

/** W3C Trace Context, section 3.2, version 00; whoever sends all zeros has no trace. */
const TRACEPARENT = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/**
 * The request that made a change, for the record of the change. Where telemetry is on, our own part of the trace takes the
 * place of the caller's.
 */
export function readOrigin(
  headers: Pick<Headers, 'get'>,
  telemetry: Pick<Telemetry, 'traceparent'> | null,
): ChangeOrigin {
  const traceparent = headers.get('traceparent');
  const clientRequestId = headers.get('client-request-id');
  return {
    traceparent:
      telemetry?.traceparent() ?? (traceparent !== null && TRACEPARENT.test(traceparent) ? traceparent : null),
    clientRequestId: clientRequestId !== null && GUID.test(clientRequestId) ? clientRequestId : null,
  };
}

/** The versions of OData in which requests can be written. */
const SPOKEN = ['4.0', '4.01'];

/**
 * OData 4.01, part 1, 8.1.5 and 8.2.7: a body of another version is not read, and responses are of 4.0.
 *
 * @throws BadRequestError the request is of another version, or takes no response of 4.0
 */
export function checkODataVersions(headers: HeaderReader): void {
  const version = headers.get('odata-version')?.trim();
  if (version !== undefined && !SPOKEN.includes(version))
    throw new BadRequestError(
      `The OData-Version '${version.slice(0, MAX_SHOWN)}' is not supported. It must be 4.0 or 4.01.`,
    );
  const most = headers.get('odata-maxversion')?.trim();
  if (most !== undefined && !/^(?:[4-9]|[1-9]\d{1,3})\.\d{1,4}$/.test(most))
    throw new BadRequestError(
      `The OData-MaxVersion '${most.slice(0, MAX_SHOWN)}' is not supported. It must be 4.0 or later.`,
    );
}

/** In UTF-16 units. */
const MAX_SHOWN = 40;

interface HeaderReader {
  get(name: string): string | null;
}

/** What `If-Match` or `If-None-Match` names: any version, or those with these etags (without quotes). */
export type EntityTags = 'any' | readonly string[];

/** RFC 9110, section 8.8.3, printable ASCII only: that is what our own consist of. */
const ENTITY_TAG = /^(?:W\/)?"(?<tag>[\x21\x23-\x7e]{0,256})"$/;
const MAX_TAGS = 20;

/**
 * Weak and strong tags count as equal: ours stand for the whole of an operation.
 *
 * @returns null when there is no such header
 * @throws BadRequestError it is malformed
 */
export function readEntityTags(name: string, header: string | null): EntityTags | null {
  if (header === null) return null;
  const text = header.trim();
  if (text === '*') return 'any';
  const tags = text.split(',', MAX_TAGS + 1).map((part) => ENTITY_TAG.exec(part.trim())?.groups?.tag);
  const known = tags.filter((tag) => tag !== undefined);
  if (known.length < tags.length || tags.length > MAX_TAGS)
    throw new BadRequestError(
      `The value of the header '${name}' is not valid. It must be * or entity tags such as W/"1".`,
    );
  return known;
}

export function matches(tags: EntityTags, etag: string): boolean {
  return tags === 'any' || tags.includes(etag);
}

export function toEntityTag(etag: string): string {
  return `W/"${etag}"`;
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

/** The part of the library's HttpRequest that bodies are read from. */
export interface BodySource {
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Twice Cosmos DB's largest item: room for white space and escapes, and for nothing that could ever be stored. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Cosmos DB's limit on nested objects and arrays; far below where a recursive reader would run out of stack. */
const MAX_NESTING = 128;

const REPEATED_NAME = 'The request body is not valid: an object in it names the same property more than once.';
const NOT_JSON =
  'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.';

/**
 * Reads a JSON body. A byte order mark is allowed.
 *
 * @throws BadRequestError empty, no UTF-8, no JSON, nested too deeply, or an object names a property twice
 * @throws TooLargeError more than 4 MB; what exceeds it is not read
 * @throws OperationsError (RequestBodyRead) a content type other than JSON, or a content coding
 */
export async function readJson(request: BodySource): Promise<unknown> {
  requireJson(request);
  const bytes = await readBytes(request);
  if (bytes.byteLength === 0) throw new BadRequestError('Empty Payload. JSON content expected.');
  return parseBody(bytes);
}

/** The same of the body of an action whose parameters are all optional: none is as good as an empty object. */
export async function readOptionalJson(request: BodySource): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.byteLength === 0) return {};
  requireJson(request);
  return parseBody(bytes);
}

function requireJson({ headers }: BodySource): void {
  requireJsonType(headers.get('content-type'));
  rejectCoding(headers.get('content-encoding'));
}

function parseBody(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  const names = countNames(text, MAX_NESTING);
  if (names === null) throw new BadRequestError(`The request body is nested deeper than ${MAX_NESTING} levels.`);
  const value = parse(text);
  // OData JSON format 4.01, section 4.5: names are unique. JSON.parse() keeps the last of those that are not.
  if (names !== countMembers(value)) throw new BadRequestError(REPEATED_NAME);
  return value;
}

function requireJsonType(contentType: string | null): void {
  if (!contentType?.trim())
    throw new BadRequestError('Write requests (excluding DELETE) must contain the Content-Type header declaration.');
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (mediaType === 'application/json' && (!charset || /^charset="?utf-8"?$/.test(charset))) return;
  throw new OperationsError(
    'RequestBodyRead',
    `A supported MIME type could not be found that matches the content type of the request. None of the supported type(s) 'application/json' matches the content type '${contentType}'.`,
  );
}

/** Microsoft's SDKs that compress what they send do so no more after a 415 (`CompressionHandler` of kiota-http-go). */
function rejectCoding(coding: string | null): void {
  if (coding === null || coding.trim().toLowerCase() === 'identity') return;
  throw new OperationsError(
    'RequestBodyRead',
    `The content coding '${coding}' is not supported. Send the body as it is.`,
  );
}

async function readBytes(request: BodySource): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (Number(declared) > MAX_BODY_BYTES) throw tooLarge();
  // With a length declared there can be no more than that; reading in one go costs half of reading a stream.
  if (declared !== null) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(): TooLargeError {
  return new TooLargeError(`The request body exceeds ${MAX_BODY_BYTES} bytes.`);
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BadRequestError(NOT_JSON, { cause: error });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequestError(NOT_JSON, { cause: error });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * How many names of properties a JSON text has: each is followed by the one kind of colon outside strings. Null: it nests
 * objects and arrays deeper than `limit`. One pass over the text, before anything that recurses sees it; what it says of a
 * text that is no JSON means nothing.
 */
export function countNames(text: string, limit: number): number | null {
  let count = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) index = endOfString(text, index + 1);
    else if (unit === COLON) count += 1;
    else if (OPENING.has(unit)) depth += 1;
    else if (CLOSING.has(unit)) depth -= 1;
    if (depth > limit) return null;
  }
  return count;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: unknown[] = Object.values(value);
  return inner.reduce<number>((sum, member) => sum + countMembers(member), Array.isArray(value) ? 0 : inner.length);
}

/** The index of the closing quote, or the text's length. By hand: a pattern tries anew at every quote of a text without end. */
function endOfString(text: string, start: number): number {
  let index = start;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
