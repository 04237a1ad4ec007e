import { HttpRequest } from '@azure/functions';
import type { Authenticator } from '../../../shared/domain/caller.ts';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  readDocumentOptions,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { toServiceRoot } from '../../../shared/graph-http/request/address.ts';
import { readJson } from '../../../shared/graph-http/request/message.ts';
import type { GraphResponse } from '../../../shared/graph-http/response/response.ts';
import { type BatchItem, parseBatch } from '../../../shared/validation/batch-request.ts';
import { runBatch } from './run-batch.ts';

export interface BatchDependencies extends EnvelopeDependencies {
  readonly authenticator: Authenticator;
  /** Responds to any request, also one that leads nowhere. */
  readonly dispatch: FunctionHandler;
}

type Context = Parameters<FunctionHandler>[1];

/**
 * `POST /$batch`: carries out up to 20 requests, each by the handler that would answer it alone. A request is made in the
 * name of the batch's caller unless it has a token of its own.
 */
export function batchHandler(dependencies: BatchDependencies): FunctionHandler {
  return (request, context) =>
    withGraphEnvelope((batch) => carryOut(batch, context, dependencies), dependencies)(request, context);
}

async function carryOut(batch: HttpRequest, context: Context, dependencies: BatchDependencies): Promise<GraphResponse> {
  await dependencies.authenticator.authenticate(batch.headers.get('authorization'));
  readDocumentOptions(batch, 'Batch');
  const items = parseBatch(await readJson(batch));
  const responses = await runBatch(items, {
    carryOut: async (item) => dependencies.dispatch(toHttpRequest(item, batch), context),
    reject: (item, error) => withGraphEnvelope(() => Promise.reject(error), dependencies)(toRejected(item), context),
  });
  return { status: 200, headers: { 'content-type': 'application/json' }, body: { responses } };
}

function toHttpRequest(item: BatchItem, batch: HttpRequest): HttpRequest {
  const authorization = batch.headers.get('authorization');
  const hasBody = item.body !== undefined && !['GET', 'HEAD'].includes(item.method);
  return new HttpRequest({
    method: FORBIDDEN_METHODS.includes(item.method) ? UNKNOWN_METHOD : item.method,
    url: toItemUrl(item.url, toServiceRoot(batch.url)),
    headers: { ...(authorization !== null && { authorization }), ...item.headers },
    ...(hasBody && { body: toBody(item) }),
  });
}

/** Of these the Fetch standard lets nobody make a request. */
const FORBIDDEN_METHODS: readonly string[] = ['CONNECT', 'TRACE', 'TRACK'];
/** No resource knows it either, so the response is the same: 405. */
const UNKNOWN_METHOD = 'UNKNOWN';

/** Only what the response repeats of an item: the rest may be the reason that it is rejected. */
function toRejected({ headers }: BatchItem): HttpRequest {
  const id = headers['client-request-id'];
  const kept = id === undefined ? {} : { 'client-request-id': id };
  return new HttpRequest({ method: 'GET', url: 'https://localhost/', headers: kept });
}

/** The version may stand before the path, as in the URLs that the classic client puts into batches. */
function toItemUrl(url: string, serviceRoot: string): string {
  const version = serviceRoot.slice(serviceRoot.lastIndexOf('/') + 1);
  const path = url.replace(/^\//, '');
  const prefix = `${version}/`;
  return `${serviceRoot}/${path.toLowerCase().startsWith(prefix.toLowerCase()) ? path.slice(prefix.length) : path}`;
}

/** Bodies of other types than JSON are Base64 in a batch. */
function toBody({ body, headers }: BatchItem): { string: string } | { bytes: Uint8Array } {
  const isJson = headers['content-type']?.toLowerCase().startsWith('application/json');
  if (isJson || typeof body !== 'string') return { string: JSON.stringify(body) };
  return { bytes: Buffer.from(body, 'base64') };
}
