import { CosmosError } from '../errors.ts';

export interface ChangeFeedHeaders {
  /** `A-IM` */
  readonly aIm: string;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  /** `x-ms-cosmos-changefeed-wire-format-version` */
  readonly wireFormatVersion?: string | undefined;
}

export interface ChangeFeedRequest {
  readonly mode: 'latestVersion' | 'allVersionsAndDeletes';
  readonly start: ChangeFeedStart;
}

/** Where reading begins. */
export type ChangeFeedStart =
  | { readonly from: 'beginning' }
  | { readonly from: 'now' }
  /** Changes at or after this time, in milliseconds since the Unix epoch. */
  | { readonly from: 'time'; readonly time: number }
  /** Changes after these log sequence numbers, one for each physical partition that is read. */
  | { readonly from: 'lsns'; readonly lsns: readonly number[] };

/** Source: the SDK, client/ChangeFeed/ChangeFeedMode. */
const LATEST_VERSION = 'incremental feed';
const ALL_VERSIONS = 'full-fidelity feed';
const ALL_VERSIONS_WIRE_FORMAT = '2021-09-15';

/** The date of HTTP headers, as Date.prototype.toUTCString() writes it. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** LSNs joined by commas, with the quotes of an entity tag or without. */
const ETAG = /^(?:"([\d,]*)"|([\d,]*))$/;

/**
 * Reads the headers of a change feed request. `If-None-Match` takes precedence over `If-Modified-Since`.
 *
 * @throws CosmosError BadRequest for an unknown feed, an invalid etag or date, and for all versions unless they are read from now or
 *   from an etag
 */
export function readChangeFeedRequest(headers: ChangeFeedHeaders): ChangeFeedRequest {
  const mode = readMode(headers);
  const start = readStart(headers);
  const outsideRetention = start.from === 'beginning' || start.from === 'time';
  if (mode === 'allVersionsAndDeletes' && outsideRetention) throw outsideOfRetention();
  return { mode, start };
}

/** The etag of a page: the next request with it continues after `lsns`, one for each physical partition. */
export function formatChangeFeedEtag(lsns: readonly number[]): string {
  return `"${lsns.join(',')}"`;
}

/** The error for an etag that this change feed has not issued. */
export function invalidChangeFeedEtag(): CosmosError {
  return new CosmosError('BadRequest', 'The If-None-Match header is no etag of this change feed');
}

/** The service's error for a start before the retention period. */
export function outsideOfRetention(): CosmosError {
  return new CosmosError(
    'BadRequest',
    'The requested start is outside of the retention period. You must read the change feed from within the retention period.',
  );
}

function readMode({ aIm, wireFormatVersion }: ChangeFeedHeaders): ChangeFeedRequest['mode'] {
  const feed = aIm.trim().toLowerCase();
  if (feed === LATEST_VERSION) return 'latestVersion';
  if (feed !== ALL_VERSIONS)
    throw new CosmosError('BadRequest', `The A-IM header '${aIm.slice(0, 100)}' names no known feed`);
  if (wireFormatVersion === ALL_VERSIONS_WIRE_FORMAT) return 'allVersionsAndDeletes';
  throw new CosmosError(
    'BadRequest',
    `The change feed of all versions is only emulated in wire format ${ALL_VERSIONS_WIRE_FORMAT}, not ${wireFormatVersion?.slice(0, 100)}`,
  );
}

function readStart({ ifNoneMatch, ifModifiedSince }: ChangeFeedHeaders): ChangeFeedStart {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '') return readEtag(ifNoneMatch);
  if (ifModifiedSince === undefined || ifModifiedSince === '') return { from: 'beginning' };
  const time = HTTP_DATE.test(ifModifiedSince) ? Date.parse(ifModifiedSince) : Number.NaN;
  if (!Number.isNaN(time)) return { from: 'time', time };
  throw new CosmosError(
    'BadRequest',
    `The If-Modified-Since header '${ifModifiedSince.slice(0, 100)}' is no HTTP date`,
  );
}

function readEtag(etag: string): ChangeFeedStart {
  if (etag === '*') return { from: 'now' };
  const [, quoted, bare] = ETAG.exec(etag) ?? [];
  const lsns = (quoted ?? bare ?? '').split(',').map((lsn) => (lsn === '' ? Number.NaN : Number(lsn)));
  if (!lsns.every(Number.isSafeInteger)) throw invalidChangeFeedEtag();
  return { from: 'lsns', lsns };
}
