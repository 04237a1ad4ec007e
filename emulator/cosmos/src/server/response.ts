import type { OutgoingHttpHeaders } from 'node:http';
import type { HttpResponse } from '@lazurite/http';
import type { Account } from '../account/account.ts';
import type { Container } from '../account/container.ts';
import type { CosmosError } from '../model/errors.ts';
import { formatSessionToken } from '../model/session-token.ts';
import type { OperationResult } from '../operations/result.ts';

/** What is known of every answer, also of one that is an error. */
export interface Exchange {
  readonly activityId: string;
  /** Of `Clock.monotonic`. */
  readonly startedAt: number;
}

/** A successful operation as the service sends it. */
export function toResponse(account: Account, exchange: Exchange, result: OperationResult): HttpResponse {
  const { status, body = '', container } = result;
  const headers = commonHeaders(account, exchange, result.charge);
  if (result.etag !== undefined) headers.etag = result.etag;
  if (result.continuation !== undefined) headers['x-ms-continuation'] = result.continuation;
  if (result.itemCount !== undefined) headers['x-ms-item-count'] = result.itemCount;
  if (result.queryMetrics !== undefined) headers['x-ms-documentdb-query-metrics'] = result.queryMetrics;
  if (result.indexUtilization !== undefined) headers['x-ms-cosmos-index-utilization'] = result.indexUtilization;
  if (container) addContainerHeaders(headers, account, container, result);
  return { status, headers, body };
}

/** An error as the service sends it: always JSON, with the code and the activity id in it. */
export function toErrorResponse(account: Account, exchange: Exchange, error: CosmosError): HttpResponse {
  const { substatus, retryAfterMs, body } = error.details;
  const headers = commonHeaders(account, exchange, 1);
  if (substatus !== undefined) headers['x-ms-substatus'] = substatus;
  if (retryAfterMs !== undefined) headers['x-ms-retry-after-ms'] = retryAfterMs;
  const message = `${error.message}\r\nActivityId: ${exchange.activityId}`;
  return { status: error.status, headers, body: JSON.stringify({ code: error.code, message, ...body }) };
}

function commonHeaders({ clock }: Account, { activityId, startedAt }: Exchange, charge: number): OutgoingHttpHeaders {
  return {
    'content-type': 'application/json',
    'x-ms-activity-id': activityId,
    'x-ms-request-charge': Math.round(charge * 100) / 100,
    'x-ms-request-duration-ms': Math.round((clock.monotonic() - startedAt) * 1000) / 1000,
    'x-ms-serviceversion': 'version=2.14.0.0',
    'x-ms-schemaversion': '1.18',
    'x-ms-gatewayversion': 'version=2.14.0',
    'x-ms-number-of-read-regions': 0,
  };
}

/** As the emulator reports it for a container: kilobytes, of which the SDK's users read collectionSize. */
const RESOURCE_QUOTA = 'documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;';
const RESOURCE_USAGE = 'documentSize=0;documentsSize=0;documentsCount=0;collectionSize=0;';

function addContainerHeaders(
  headers: OutgoingHttpHeaders,
  account: Account,
  container: Container,
  { range, itemLsn }: OperationResult,
): void {
  const { counters } = account.store;
  const lsn = counters.current(container.lsnCounters[range ?? 0] ?? '');
  headers['x-ms-session-token'] = sessionToken(account, container, range);
  headers['x-ms-content-path'] = container.rid;
  headers['x-ms-alt-content-path'] = container.altPath;
  headers['x-ms-resource-quota'] = RESOURCE_QUOTA;
  headers['x-ms-resource-usage'] = RESOURCE_USAGE;
  headers.lsn = lsn;
  headers['x-ms-cosmos-llsn'] = lsn;
  headers['x-ms-quorum-acked-lsn'] = lsn;
  headers['x-ms-cosmos-quorum-acked-llsn'] = lsn;
  headers['x-ms-global-committed-lsn'] = lsn;
  headers['x-ms-documentdb-partitionkeyrangeid'] = String(range ?? 0);
  if (itemLsn === undefined) return;
  headers['x-ms-item-lsn'] = itemLsn;
  headers['x-ms-cosmos-item-llsn'] = itemLsn;
}

/** Of the physical partition that answered, or of all. */
function sessionToken({ store }: Account, { lsnCounters }: Container, range: number | undefined): string {
  const token = (index: number) => formatSessionToken(index, store.counters.current(lsnCounters[index] ?? ''));
  return range === undefined ? lsnCounters.map((_, index) => token(index)).join(',') : token(range);
}
