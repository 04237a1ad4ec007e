import type { HttpResponse } from '@lazurite/http';
import type { Account } from '../account/account.ts';
import type { Container } from '../account/catalog.ts';
import type { CosmosError } from '../model/errors.ts';
import type { OperationResult } from '../operations/result.ts';
import { formatSessionToken } from '../routes/request.ts';
import type { ItemUsage } from '../store/store.ts';

/** What every response needs to know of its request, error responses included. */
export interface ResponseContext {
  readonly activityId: string;
  /** As `Clock.monotonic` gives it. */
  readonly startedAt: number;
  /** The number of this request among all that the server has received. */
  readonly transportRequestId: number;
  /** When the server started, as an HTTP date. */
  readonly servingSince: string;
}

/** The container of a request, and its physical partition. */
export interface RequestTarget {
  readonly container: Container;
  /** Absent: all physical partitions. */
  readonly range?: number;
}

/** A successful operation as the service sends it. */
export function encode(account: Account, context: ResponseContext, result: OperationResult): HttpResponse {
  const { status, body = '', container } = result;
  const headers = commonHeaders(account, context, result.charge);
  if (result.etag !== undefined) headers.push('etag', result.etag);
  if (result.continuation !== undefined) headers.push('x-ms-continuation', result.continuation);
  if (result.itemCount !== undefined) headers.push('x-ms-item-count', String(result.itemCount));
  if (result.queryMetrics !== undefined) headers.push('x-ms-documentdb-query-metrics', result.queryMetrics);
  if (result.indexUtilization !== undefined) headers.push('x-ms-cosmos-index-utilization', result.indexUtilization);
  if (result.scriptLog) headers.push(SCRIPT_LOG, encodeURIComponent(result.scriptLog));
  if (container) addContainerHeaders(headers, account, container, result);
  if (result.usage) headers.push('x-ms-resource-usage', formatUsage(result.usage));
  if (result.isContainer) headers.push(INDEX_PROGRESS, '100');
  return { status, headers, body };
}

/**
 * An error as the service sends it: always JSON with the code and the activity id, and with the session token of the
 * container, so that a client learns which state rejected it.
 */
export function encodeError(
  account: Account,
  context: ResponseContext,
  { error, target }: { readonly error: CosmosError; readonly target?: RequestTarget | undefined },
): HttpResponse {
  const { substatus, retryAfterMs, body, scriptLog } = error.details;
  const headers = commonHeaders(account, context, 1);
  if (substatus !== undefined) headers.push('x-ms-substatus', String(substatus));
  if (retryAfterMs !== undefined) headers.push('x-ms-retry-after-ms', String(retryAfterMs));
  if (scriptLog) headers.push(SCRIPT_LOG, encodeURIComponent(scriptLog));
  if (target) addContainerHeaders(headers, account, target.container, target);
  const message = `${error.message}\r\nActivityId: ${context.activityId}`;
  return { status: error.status, headers, body: JSON.stringify({ code: error.code, message, ...body }) };
}

const SCRIPT_LOG = 'x-ms-documentdb-script-log-results';

/** Names and values alternate: node:http writes this form fastest, and headers are a large part of a point read. */
type HeaderList = string[];

function commonHeaders({ clock }: Account, context: ResponseContext, charge: number): HeaderList {
  const { activityId, startedAt, transportRequestId, servingSince } = context;
  const headers = [...CONSTANT_HEADERS, 'x-ms-activity-id', activityId];
  headers.push('x-ms-transport-request-id', String(transportRequestId), 'x-ms-last-state-change-utc', servingSince);
  headers.push('x-ms-request-charge', String(Math.round(charge * 100) / 100));
  headers.push('x-ms-request-duration-ms', String(Math.round((clock.monotonic() - startedAt) * 1000) / 1000));
  return headers;
}

const CONSTANT_HEADERS: readonly string[] = [
  'content-type',
  'application/json',
  'x-ms-serviceversion',
  'version=2.14.0.0',
  'x-ms-schemaversion',
  '1.18',
  'x-ms-gatewayversion',
  'version=2.14.0',
  'x-ms-number-of-read-regions',
  '0',
];

/** In percent. A changed indexing policy applies at once. */
const INDEX_PROGRESS = 'x-ms-documentdb-collection-index-transformation-progress';

/** As the service's emulator reports it for a container, in kilobytes. */
const RESOURCE_QUOTA = 'documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;';

function formatUsage({ count, averageBytes }: ItemUsage): string {
  const kilobytes = Math.ceil((count * averageBytes) / 1024);
  return `documentSize=${Math.ceil(averageBytes / 1024)};documentsSize=${kilobytes};documentsCount=${count};collectionSize=${kilobytes};`;
}

function addContainerHeaders(
  headers: HeaderList,
  account: Account,
  container: Container,
  { range, itemLsn }: Pick<OperationResult, 'range' | 'itemLsn'>,
): void {
  const { counters } = account.store;
  const lsn = String(counters.current(container.lsnCounters[range ?? 0] ?? ''));
  headers.push('x-ms-session-token', sessionToken(account, container, range));
  headers.push('x-ms-content-path', container.rid, 'x-ms-alt-content-path', container.altPath);
  headers.push('x-ms-resource-quota', RESOURCE_QUOTA);
  headers.push('lsn', lsn, 'x-ms-cosmos-llsn', lsn);
  headers.push('x-ms-quorum-acked-lsn', lsn, 'x-ms-cosmos-quorum-acked-llsn', lsn, 'x-ms-global-committed-lsn', lsn);
  headers.push('x-ms-documentdb-partitionkeyrangeid', String(range ?? 0));
  if (itemLsn !== undefined) headers.push('x-ms-item-lsn', String(itemLsn), 'x-ms-cosmos-item-llsn', String(itemLsn));
}

/** The token of the physical partition that was read or written, or of all. */
function sessionToken({ store }: Account, { lsnCounters }: Container, range: number | undefined): string {
  const token = (index: number) => formatSessionToken(index, store.counters.current(lsnCounters[index] ?? ''));
  return range === undefined ? lsnCounters.map((_, index) => token(index)).join(',') : token(range);
}
