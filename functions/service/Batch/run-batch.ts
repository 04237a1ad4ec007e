import type { HttpResponseInit } from '@azure/functions';
import { FailedDependencyError } from '../../../shared/domain/errors.ts';
import type { BatchItem } from '../../../shared/validation/batch-request.ts';

/** The answer to one request of a batch, as it stands in the batch's own. */
export interface BatchItemResponse {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON where the answer is JSON, Base64 of anything else; absent without a body. */
  readonly body?: unknown;
}

/** How the requests of a batch are responded to. */
export interface BatchResponder {
  carryOut(item: BatchItem): Promise<HttpResponseInit>;
  /** The response to an item that could not be carried out, or was not to be. */
  reject(item: BatchItem, error: unknown): Promise<HttpResponseInit>;
}

/**
 * Carries out every item as soon as those it depends on are done, all others at once. Responses are in the items' order.
 * Whatever is thrown for one item is the response of that item: a caller whose batch fails as a whole sends all of it again.
 */
export function runBatch(
  items: readonly BatchItem[],
  responder: BatchResponder,
): Promise<readonly BatchItemResponse[]> {
  const running = new Map<string, Promise<BatchItemResponse>>();
  for (const item of items) {
    const dependencies = item.dependsOn.map((id) => running.get(id));
    running.set(item.id, respondTo(item, dependencies, responder));
  }
  return Promise.all(running.values());
}

async function respondTo(
  item: BatchItem,
  dependencies: readonly (Promise<BatchItemResponse> | undefined)[],
  { carryOut, reject }: BatchResponder,
): Promise<BatchItemResponse> {
  try {
    const earlier = await Promise.all(dependencies);
    if (earlier.some(hasFailed)) throw new FailedDependencyError();
    return toBatchItemResponse(item.id, await carryOut(item));
  } catch (error) {
    return toBatchItemResponse(item.id, await reject(item, error));
  }
}

function hasFailed(answer: BatchItemResponse | undefined): boolean {
  return answer === undefined || answer.status >= 400;
}

/** These are about the connection, not about one request: the batch's own answer has them. */
const CONNECTION_HEADERS = ['strict-transport-security', 'x-content-type-options', 'x-ms-ags-diagnostic', 'vary'];

function toBatchItemResponse(id: string, { status = 200, headers = {}, body }: HttpResponseInit): BatchItemResponse {
  const entries = [...new Headers(headers as Record<string, string>)]; // our own handlers give no other form
  const kept = entries.filter(([name]) => !CONNECTION_HEADERS.includes(name) && !name.startsWith('access-control-'));
  const content = toBatchBody(body, new Headers(entries).get('content-type'));
  return {
    id,
    status,
    headers: Object.fromEntries(kept.map(([name, value]) => [toUsualCase(name), value])),
    ...(content !== undefined && { body: content }),
  };
}

function toBatchBody(body: unknown, contentType: string | null): unknown {
  if (typeof body !== 'string' || body === '') return undefined;
  return contentType?.startsWith('application/json') ? JSON.parse(body) : Buffer.from(body).toString('base64');
}

/** Names with capitals in other places than where their words begin. */
const UNUSUAL_NAMES: ReadonlyMap<string, string> = new Map(
  ['ETag', 'OData-Version', 'OData-EntityId', 'WWW-Authenticate'].map((name) => [name.toLowerCase(), name]),
);

/** Callers look names up in an object, where case counts: `Content-Type`, `Retry-After`. */
function toUsualCase(name: string): string {
  if (name.endsWith('request-id')) return name;
  return UNUSUAL_NAMES.get(name) ?? name.replace(/(?<=^|-)\w/g, (letter) => letter.toUpperCase());
}
