import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { Account } from '../account/account.ts';

/** A request that was responded to. */
export interface CosmosCall {
  readonly method: string;
  /** As sent, without the first slash: `dbs/shop/colls/orders/docs`. */
  readonly path: string;
  /** What the headers make of it, for example `query`; empty for an ordinary request. */
  readonly kind: 'query' | 'query plan' | 'batch' | 'upsert' | 'change feed' | '';
  readonly status: number;
  /** In request units. */
  readonly charge: number;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The invocation of a function that sent it, where the functions host says so. */
  readonly invocationId?: string;
}

export type CallObserver = (call: CosmosCall) => void;

interface ObservedResponse {
  readonly response: Promise<HttpResponse>;
  readonly onCall: CallObserver;
}

/** Tells the observer about a request as soon as its response is known. */
export async function reportCall(
  { clock }: Account,
  { method, raw, headers }: HttpRequest,
  { response, onCall }: ObservedResponse,
): Promise<void> {
  const startedAt = clock.now();
  const begun = clock.monotonic();
  const { status, headers: sent } = await response;
  const charge = Number(headerOf(sent, 'x-ms-request-charge') ?? 0);
  const invocationId = headers['x-lazurite-invocation'];
  onCall({
    method,
    path: (raw.url ?? '').replace(/^\//, ''),
    kind: kindOf(headers),
    status,
    charge,
    startedAt,
    durationMs: clock.monotonic() - begun,
    ...(typeof invocationId === 'string' && { invocationId }),
  });
}

function kindOf(headers: HttpRequest['headers']): CosmosCall['kind'] {
  if (headers['x-ms-cosmos-is-query-plan-request']) return 'query plan';
  if (headers['x-ms-documentdb-isquery'] || headers['x-ms-documentdb-query'] === 'true') return 'query';
  if (headers['x-ms-cosmos-is-batch-request']) return 'batch';
  if (headers['x-ms-documentdb-is-upsert']) return 'upsert';
  return headers['a-im'] ? 'change feed' : '';
}

/** Of a list in which names and values alternate. */
function headerOf(headers: HttpResponse['headers'], name: string): string | undefined {
  if (!Array.isArray(headers)) return undefined;
  const index = headers.indexOf(name);
  return index < 0 ? undefined : headers[index + 1];
}
