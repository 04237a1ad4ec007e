export interface HeaderRule {
  /** In lower case. */
  readonly name: string;
  /** `ignored`: the protocol allows this, and `note` says why. `rejected`: a request that has it fails. */
  readonly treatment: 'honoured' | 'ignored' | 'rejected';
  readonly note: string;
  /** The values that are served, in lower case; others are rejected. Absent: the operation validates it, or every value is valid. */
  readonly values?: readonly string[];
}

const BOOLEAN = ['true', 'false'];

/**
 * The request headers of the protocol. A header that is not here means nothing to the service either. Source: "Common Azure
 * Cosmos DB REST request headers", and the constants of the JavaScript, .NET and Java SDKs.
 */
export const REQUEST_HEADERS: readonly HeaderRule[] = [
  honoured('authorization', 'the signature'),
  honoured('x-ms-date', 'part of the signature; at most 15 minutes from the server’s time'),
  honoured('if-match', 'replace, upsert, patch, delete'),
  honoured('if-none-match', 'reads; the start of a change feed'),
  honoured('if-modified-since', 'the start of a change feed'),
  honoured(
    'a-im',
    'the change feed and its mode; the feed of physical partitions, which never change: 304 at the second read',
  ),
  honoured('prefer', '`return=minimal`: no item in the response to a write'),
  honoured('x-ms-documentdb-partitionkey', 'one component for each path, `{}` for a missing one, fewer for a prefix'),
  honoured('x-ms-documentdb-partitionkeyrangeid', 'feeds, queries, bulk'),
  honoured('x-ms-start-epk', 'feeds'),
  honoured('x-ms-end-epk', 'feeds'),
  honoured('x-ms-read-key-type', 'says what the two before it bound', ['effectivepartitionkeyrange']),
  honoured('x-ms-max-item-count', 'a page holds 1,000 at most; -1: as many as it may'),
  honoured('x-ms-continuation', 'feeds and queries'),
  honoured('x-ms-session-token', 'a read of a state that is not there yet: 404, substatus 1002'),
  honoured('x-ms-documentdb-isquery', 'the body is a query'),
  honoured('x-ms-cosmos-is-query-plan-request', 'the body is a query to be planned'),
  honoured('x-ms-documentdb-is-upsert', 'create or replace'),
  honoured('x-ms-cosmos-is-batch-request', 'transactional batch or bulk'),
  honoured('x-ms-cosmos-batch-atomic', 'transactional batch', BOOLEAN),
  honoured('x-ms-cosmos-batch-continue-on-error', 'bulk', BOOLEAN),
  honoured('x-ms-cosmos-batch-ordered', 'operations are always carried out in order', ['true']),
  honoured('x-ms-offer-throughput', 'create'),
  honoured('x-ms-cosmos-offer-autopilot-settings', 'create'),
  honoured('x-ms-cosmos-migrate-offer-to-autopilot', 'replace an offer', BOOLEAN),
  honoured('x-ms-cosmos-migrate-offer-to-manual-throughput', 'replace an offer', BOOLEAN),
  honoured('x-ms-cosmos-changefeed-wire-format-version', 'all versions and deletes', ['2021-09-15']),
  honoured('x-ms-cosmos-intended-collection-rid', 'another container: 400, substatus 1024'),
  honoured('x-ms-documentdb-populatequotainfo', 'what a container holds, when it is read', BOOLEAN),
  ignored(
    'x-ms-documentdb-content-serialization-format',
    'responses are always JSON text; a client that asks for binary JSON knows them by their first byte',
    ['jsontext', 'cosmosbinary'],
  ),
  ignored('x-ms-cosmos-supported-serialization-formats', 'as before'),
  honoured(
    'x-ms-documentdb-expiry-seconds',
    'how long the token of a permission is valid: 10 to 18,000, 3,600 by default',
  ),
  honoured('x-ms-documentdb-script-enable-logging', 'scripts', BOOLEAN),
  honoured('x-ms-documentdb-pre-trigger-include', 'create, upsert, replace, delete; not batch, bulk and patch'),
  honoured('x-ms-documentdb-post-trigger-include', 'as before'),
  honoured('x-ms-documentdb-populatequerymetrics', 'queries', BOOLEAN),
  honoured('x-ms-cosmos-populateindexmetrics', 'queries: which indexes serve them, as JSON in base64', BOOLEAN),
  honoured('x-ms-cosmos-populateindexmetrics-v2', 'as before, as percent-encoded JSON', BOOLEAN),
  ignored('x-ms-version', 'the responses are of version 2020-07-15, which the SDKs speak'),
  ignored('x-ms-activity-id', 'the server gives its own'),
  ignored('x-ms-cosmos-correlated-activityid', 'for the logs of the service'),
  ignored('x-ms-consistency-level', 'there is one copy of the data, so every read is strong', [
    'strong',
    'boundedstaleness',
    'session',
    'consistentprefix',
    'eventual',
  ]),
  honoured(
    'x-ms-documentdb-query-enablecrosspartition',
    'without it, a query that is not for one partition key is rejected',
    BOOLEAN,
  ),
  ignored('x-ms-documentdb-query-parallelizecrosspartitionquery', 'a matter of the client'),
  ignored('x-ms-documentdb-query-enable-scan', 'a query may always scan'),
  ignored('x-ms-documentdb-query-emit-traces', 'no traces are documented'),
  ignored('x-ms-documentdb-responsecontinuationtokenlimitinkb', 'tokens are always smaller than 1 KB'),
  ignored('x-ms-indexing-directive', 'queries find every item, indexed or not', ['include', 'exclude', 'default']),
  ignored('x-ms-cosmos-priority-level', 'the service uses it only where throughput runs short', ['high', 'low']),
  ignored('x-ms-cosmos-throughput-bucket', 'buckets are defined outside the data plane, and none are here'),
  ignored('x-ms-cosmos-allow-tentative-writes', 'there is one region'),
  ignored('x-ms-cosmos-sdk-supportedcapabilities', 'physical partitions neither split nor merge'),
  ignored('x-ms-cosmos-is-client-encrypted', 'it is the client that encrypts and decrypts'),
  ignored('x-ms-cosmos-allow-cachedreads', 'every read is current'),
  ignored('x-ms-cosmos-database-rid', 'for the cache of encryption keys that the service’s gateway has'),
  ignored('x-ms-force-refresh', 'nothing is cached that could be stale'),
  ignored('x-ms-dedicatedgateway-max-age', 'the service ignores it, too, where there is no dedicated gateway'),
  ignored('x-ms-dedicatedgateway-bypass-cache', 'as before'),
  ignored('x-ms-documentdb-disable-ru-per-minute-usage', 'the service no longer has request units per minute'),
  ignored('x-ms-documentdb-pre-trigger-exclude', 'triggers run only where a request names them'),
  ignored('x-ms-documentdb-post-trigger-exclude', 'as before'),
  rejected('x-ms-offer-type', 'the performance levels S1 to S3'),
  rejected('x-ms-offer-is-ru-per-minute-throughput-enabled', 'request units per minute'),
];

function honoured(name: string, note: string, values?: readonly string[]): HeaderRule {
  return { name, treatment: 'honoured', note, ...(values && { values }) };
}

function ignored(name: string, note: string, values?: readonly string[]): HeaderRule {
  return { name, treatment: 'ignored', note, ...(values && { values }) };
}

function rejected(name: string, what: string): HeaderRule {
  return { name, treatment: 'rejected', note: what };
}
