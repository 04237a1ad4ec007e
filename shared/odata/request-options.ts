// What a request asks of its response: query options of the URL, preferences, and the format of the JSON.
import { BadRequestError } from '../domain/errors.ts';
import { QueryOptionError, shown } from './query-option-error.ts';

/** OData's system query options, in lower case, as messages spell them. */
const KNOWN_OPTIONS: Readonly<Record<string, string>> = {
  apply: 'Apply',
  compute: 'Compute',
  count: 'Count',
  deltatoken: 'DeltaToken',
  expand: 'Expand',
  filter: 'Filter',
  format: 'Format',
  orderby: 'OrderBy',
  schemaversion: 'SchemaVersion',
  search: 'Search',
  select: 'Select',
  skip: 'Skip',
  skiptoken: 'SkipToken',
  top: 'Top',
};

export type QueryOptionName =
  | 'count'
  | 'filter'
  | 'format'
  | 'orderby'
  | 'search'
  | 'select'
  | 'skip'
  | 'skiptoken'
  | 'top';

/** What a URL asks, decoded. */
export type QueryOptions = Readonly<Partial<Record<QueryOptionName, string>>>;

/** More than any URL that hosts let through carries. */
const MAX_QUERY_LENGTH = 64 * 1024;

/**
 * Reads the system query options of a URL. The `$` is optional, as beta has it, and may be percent-encoded; letter case does
 * not matter (`$skipToken` is what Graph's client for JavaScript sends). Custom options, which are all other names, mean
 * nothing here, and aliases of parameters (`@name`) stand for their values: OData 4.01, part 2, sections 5.2 and 5.3.
 *
 * @param search as `URL` has it: empty, or with its `?`
 * @throws QueryOptionError an option that is unknown, not allowed here, repeated, or not percent-encoded UTF-8
 */
export function readQueryOptions(search: string, allowed: readonly QueryOptionName[]): QueryOptions {
  if (search.length > MAX_QUERY_LENGTH) throw new QueryOptionError(`It exceeds ${MAX_QUERY_LENGTH} characters.`);
  const options: Partial<Record<QueryOptionName, string>> = {};
  const aliases = new Map<string, string>();
  for (const part of search.slice(1).split('&').filter(Boolean)) {
    const [key = '', value = ''] = part.split(/=(.*)/s, 2).map(decode);
    if (key.startsWith('@')) aliases.set(key, value.trim());
    const name = toAllowed(key, allowed);
    if (name === null) continue;
    if (options[name] !== undefined)
      throw new QueryOptionError(
        `Query option '$${name}' was specified more than once, but it must be specified at most once.`,
      );
    options[name] = value.trim();
  }
  if (options.filter !== undefined) options.filter = withAliases(options.filter, aliases);
  return options;
}

/** Null: a custom option, or an alias. */
function toAllowed(key: string, allowed: readonly QueryOptionName[]): QueryOptionName | null {
  const name = key.replace(/^\$/, '').toLowerCase();
  const found = allowed.find((option) => option === name);
  if (found) return found;
  const known = Object.hasOwn(KNOWN_OPTIONS, name) ? KNOWN_OPTIONS[name] : undefined;
  if (known === undefined && !key.startsWith('$')) return null;
  if (known === undefined) throw new QueryOptionError(`The query parameter '${shown(key)}' is not supported.`);
  throw new QueryOptionError(
    `Query option '${known}' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.`,
  );
}

/** A string literal, or an alias outside of one. */
const STRING_OR_ALIAS = /'(?:[^']|'')*'|@[\p{L}_][\p{L}\p{Nd}_]{0,127}/gu;
/** More than any filter may have: an alias that is repeated would otherwise make much of little. */
const MAX_FILTER_LENGTH = 16_384;

/** One that has no value is null. */
function withAliases(text: string, aliases: ReadonlyMap<string, string>): string {
  let length = text.length;
  return text.replaceAll(STRING_OR_ALIAS, (found) => {
    if (!found.startsWith('@')) return found;
    const value = aliases.get(found) ?? 'null';
    length += value.length;
    if (length > MAX_FILTER_LENGTH) throw new QueryOptionError(`The $filter exceeds ${MAX_FILTER_LENGTH} characters.`);
    return value;
  });
}

/** Clients that encode forms send a space as `+`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new QueryOptionError(`'${shown(text)}' is not percent-encoded UTF-8.`);
  }
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
