import { createHash } from 'node:crypto';
import type { Caller } from '../../domain/caller.ts';
import { BadRequestError, RequestTooOldError } from '../../domain/errors.ts';
import type { ChangeOrigin } from '../../domain/notifications/operation-change.ts';
import type { RepeatableRequest } from '../../domain/operation-repository.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import { QueryOptionError, shown } from '../../odata/query-option-error.ts';

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
export function readOrigin(headers: Pick<Headers, 'get'>, telemetry: Pick<Telemetry, 'traceparent'>): ChangeOrigin {
  const traceparent = headers.get('traceparent');
  const clientRequestId = headers.get('client-request-id');
  return {
    traceparent:
      telemetry.traceparent() ?? (traceparent !== null && TRACEPARENT.test(traceparent) ? traceparent : null),
    clientRequestId: clientRequestId !== null && GUID.test(clientRequestId) ? clientRequestId : null,
  };
}

/** What a request prefers (RFC 7240), as far as this API honours it; a service is free to ignore preferences it does not know. */
export interface Preferences {
  readonly returnMinimal: boolean;
  readonly returnRepresentation: boolean;
  /** At least 1. Null: no preference. */
  readonly maxPageSize: number | null;
  readonly includeUnknownEnumMembers: boolean;
  /** Our own: how an operation of the simulator is to go. Null: no preference. */
  readonly scenario: string | null;
}

export const NO_PREFERENCES: Preferences = {
  returnMinimal: false,
  returnRepresentation: false,
  maxPageSize: null,
  includeUnknownEnumMembers: false,
  scenario: null,
};

/** One preference: a name, a value that may be quoted, and parameters that none of ours has. */
const PREFERENCE = /^\s*(?<name>[^\s=;,]+)\s*(?:=\s*(?:"(?<quoted>[^"]*)"|(?<value>[^\s;,"]*)))?\s*(?:;.*)?$/s;
/** What lies between two commas; those inside quotes separate nothing. */
const ELEMENT = /(?:[^",]|"[^"]*"?)+/g;
const MAX_HEADER_LENGTH = 1_024;

/**
 * @param header the `Prefer` header; several lines of it come joined by commas. Null: there is none
 * @throws BadRequestError a page size that is no positive integer, or a header that is too long
 */
export function readPreferences(header: string | null): Preferences {
  if (header !== null && header.length > MAX_HEADER_LENGTH)
    throw new BadRequestError(`The Prefer header exceeds ${MAX_HEADER_LENGTH} characters.`);
  const preferences = new Map<string, string>();
  for (const part of (header ?? '').match(ELEMENT) ?? []) {
    const { name, quoted, value } = PREFERENCE.exec(part)?.groups ?? {};
    const key = name?.toLowerCase().replace(/^odata\./, '');
    // RFC 7240, section 2: of repeated preferences the first counts.
    if (key !== undefined && !preferences.has(key)) preferences.set(key, quoted ?? value ?? '');
  }
  const answer = preferences.get('return')?.toLowerCase();
  return {
    returnMinimal: answer === 'minimal',
    returnRepresentation: answer === 'representation',
    maxPageSize: readPageSize(preferences.get('maxpagesize')),
    includeUnknownEnumMembers: preferences.has('include-unknown-enum-members'),
    scenario: preferences.get('lro-scenario') || null,
  };
}

function readPageSize(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^0*[1-9]\d{0,8}$/.test(text))
    throw new BadRequestError("The preference 'odata.maxpagesize' must be a positive integer.");
  return Number(text);
}

/** Which of the two ways of answering a write was asked for, and so honoured. */
export function returnPreference({ returnMinimal, returnRepresentation }: Preferences): readonly string[] {
  if (returnMinimal) return ['return=minimal'];
  return returnRepresentation ? ['return=representation'] : [];
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

/** How much control information an answer carries: OData JSON Format 4.0, section 3.1. */
export const METADATA_LEVELS = ['none', 'minimal', 'full'] as const;
export type MetadataLevel = (typeof METADATA_LEVELS)[number];

/** The parameters of `application/json`, as OData has them. */
export interface JsonFormat {
  readonly metadata: MetadataLevel;
  readonly streaming: boolean;
  /** Numbers of 64 bits and decimals as strings; no type of ours has any. */
  readonly ieee754Compatible: boolean;
}

interface MediaRange {
  readonly type: string;
  /** Names without `odata.`, which OData 4.01 leaves out. */
  readonly parameters: ReadonlyMap<string, string>;
}

const JSON_TYPE = 'application/json';

/**
 * The format that a request asks for. `$format` comes before the header. A header that accepts no JSON, or none of a level there is, is
 * answered with minimal JSON all the same: ASP.NET Core's formatters do so, on which Teams' service is built.
 *
 * @throws QueryOptionError `$format` asks for what is not spoken here
 */
export function readJsonFormat(accept: string | null, format: string | undefined): JsonFormat {
  return toFormat(format === undefined ? preferredJson(accept ?? '') : readFormatOption(format));
}

/** As Graph sends it, all parameters named. */
export function toContentType({ metadata, streaming, ieee754Compatible }: JsonFormat): string {
  return `${JSON_TYPE};odata.metadata=${metadata};odata.streaming=${streaming};IEEE754Compatible=${ieee754Compatible};charset=utf-8`;
}

function readFormatOption(format: string): MediaRange {
  const range = readRange(format.toLowerCase() === 'json' ? JSON_TYPE : format);
  if (isSpoken(range)) return range;
  throw new QueryOptionError(
    `Invalid value '${shown(format)}' for $format query option found. Valid values are 'json' and '${JSON_TYPE}' with an odata.metadata of ${METADATA_LEVELS.join(', ')}.`,
  );
}

function preferredJson(accept: string): MediaRange | undefined {
  const ranges = accept.split(',').map(readRange);
  return ranges
    .filter((range) => isSpoken(range) && quality(range) > 0)
    .toSorted((left, right) => quality(right) - quality(left))[0];
}

function readRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  return { type, parameters: new Map(parameters.map(readParameter)) };
}

function readParameter(text: string): [name: string, value: string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name.trim().replace(/^odata\./, ''), value.trim().replace(/^"(.*)"$/, '$1')];
}

function isSpoken({ type, parameters }: MediaRange): boolean {
  const level = parameters.get('metadata');
  return type === JSON_TYPE && (level === undefined || isLevel(level));
}

function isLevel(text: string): text is MetadataLevel {
  return METADATA_LEVELS.some((level) => level === text);
}

function quality({ parameters }: MediaRange): number {
  return Number(parameters.get('q') ?? 1) || 0;
}

function toFormat(range: MediaRange | undefined): JsonFormat {
  const level = range?.parameters.get('metadata') ?? '';
  return {
    metadata: isLevel(level) ? level : 'minimal',
    streaming: range?.parameters.get('streaming') !== 'false',
    ieee754Compatible: range?.parameters.get('ieee754compatible') === 'true',
  };
}
