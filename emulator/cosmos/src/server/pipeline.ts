import {
  BodyTooLargeError,
  type Edge,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type LandingPage,
  landingPageFor,
} from '@lazurite/http';
import type { Log } from '@lazurite/runtime';
import type { Account, Container } from '../account/account.ts';
import { type Access, type Authorizer, assertPermitted } from '../auth/authorizer.ts';
import { CosmosError } from '../model/errors.ts';
import { assertGranted, type GrantedRequest } from '../operations/access/resource-grant.ts';
import { formatUsage, METADATA_RANGE, type OperationResult, RESOURCE_QUOTA } from '../operations/result.ts';
import { meterOf, type RequestUnitMeter } from '../operations/throughput/request-unit-meter.ts';
import {
  flag,
  formatSessionToken,
  partitionKeyOf,
  partitionsOf,
  type RouteRequest,
  tryTargetOf,
} from '../routes/request.ts';
import {
  isRead,
  parseTarget,
  type ResourcePath,
  type Route,
  type Router,
  type Verb,
  verbOf,
} from '../routes/router.ts';
import { StoreError } from '../store/errors.ts';
import { type CallObserver, reportCall } from './report-call.ts';

export interface PipelineDependencies {
  readonly edge: Edge;
  readonly account: Account;
  readonly authorizer: Authorizer;
  readonly router: Router;
  readonly log: Log;
  /** Whether connections are TLS. */
  readonly secure: boolean;
  /** Called after each request; absent: nobody observes. */
  readonly onCall?: CallObserver;
}

export function createRequestPipeline(dependencies: PipelineDependencies): HttpHandler {
  const { account, onCall } = dependencies;
  const pipeline = { ...dependencies, endOfTurn: new EndOfTurn() };
  const nextContext = responseContexts(account);
  return (request) => {
    const rejection =
      dependencies.edge.rejectionOf('cosmos', request) ??
      (request.path === '/' ? landingPageFor(request, () => LANDING_PAGE) : undefined);
    if (rejection) return rejection;
    const response = handleRequest(pipeline, nextContext(), request);
    if (onCall) void reportCall(account, request, { response, onCall });
    return response;
  };
}

const LANDING_PAGE: LandingPage = {
  title: 'Lazurite: the Cosmos DB-compatible server',
  paragraphs: [
    'It speaks the protocol of Cosmos DB for NoSQL; the SDK @azure/cosmos is its client.',
    'npx lazurite connection-strings prints how to connect, npx lazurite data list what is stored; npx lazurite query runs a query.',
  ],
  links: {},
};

interface Pipeline extends PipelineDependencies {
  readonly endOfTurn: EndOfTurn;
}

/** All steps of a request, in order. docs/architecture.md explains them one by one. */
async function handleRequest(
  pipeline: Pipeline,
  context: ResponseContext,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { account, router, secure, endOfTurn } = pipeline;
  let permitted: RouteRequest | undefined;
  let meter: RequestUnitMeter | undefined;
  try {
    const target = parseTarget(targetOf(request));
    const granted = authorize(pipeline, target, request);
    const access = granted instanceof Promise ? await granted : granted;
    const { method, headers } = request;
    const isClosed = () => request.raw.socket.destroyed;
    const withoutBody = { method, headers, names: target.names, secure, body: NO_BODY, isClosed };
    const verb = verbOf(withoutBody);
    if (typeof access === 'string')
      assertPermitted(access, { isRead: isRead(verb), resourceType: target.resourceType });
    else assertGranted(account, access.permission, grantedRequestOf(target.shape, verb, withoutBody));
    if (target.shape.startsWith(CONTAINER_SHAPE)) permitted = withoutBody;
    const received = mayHaveBody(method) ? { ...withoutBody, body: await request.body() } : withoutBody;
    const route = router.route(target, verb, received);
    meter = enforceThroughput(account, route, received);
    account.store.assertInPlace();
    const running = route.decodeAndRun(account, received);
    const result = running instanceof Promise ? await running : running;
    meter?.charge(result.charge);
    // A write resolves at the end of the turn, with its commit. A read is done at once, and waits for the others.
    if (!(running instanceof Promise)) await endOfTurn.reached();
    return encode(account, context, result);
  } catch (error) {
    if (error instanceof CosmosError) meter?.chargeFailure();
    // A caller without permission must not learn which containers exist.
    const container = permitted && tryTargetOf(account, permitted);
    return encodeError(account, context, { error: toCosmosError(pipeline, context, error), target: container });
  }
}

function grantedRequestOf(shape: string, verb: Verb, request: RouteRequest): GrantedRequest {
  const partitionKey = partitionKeyOf(request);
  return {
    shape,
    names: request.names,
    isRead: isRead(verb),
    isPlan: verb === 'post query plan',
    isBulk: verb === 'post batch' && !flag(request, 'x-ms-cosmos-batch-atomic'),
    ...(partitionKey && { partitionKey }),
  };
}

const NO_BODY = Buffer.alloc(0);
const CONTAINER_SHAPE = 'dbs/*/colls/*';

/** The SDK does not encode `?` in an id (encodeURI), and the protocol has no query strings: the whole target is the path. */
function targetOf({ path, raw }: HttpRequest): string {
  return raw.url ?? path;
}

function authorize(
  { authorizer, secure }: PipelineDependencies,
  { resourceType, signedAs, resourceLink, names }: ResourcePath,
  { method, headers }: HttpRequest,
): Access | Promise<Access> {
  const xMsDate = headers['x-ms-date'] ?? headers.date;
  return authorizer.accessOf({
    method,
    resourceType,
    resourceLink,
    names,
    date: typeof xMsDate === 'string' ? xMsDate : undefined,
    authorization: headers.authorization,
    secure,
    ...(signedAs && { signedAs }),
  });
}

function mayHaveBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

/** @throws CosmosError TooManyRequests when the container of a route to items has no request units left */
function enforceThroughput(account: Account, route: Route, request: RouteRequest): RequestUnitMeter | undefined {
  if (!account.throughputGate || !route.usesThroughput) return undefined;
  return meterOf(account, partitionsOf(account, request));
}

function responseContexts({ randomness, clock }: Account): () => ResponseContext {
  const servingSince = new Date(clock.now()).toUTCString();
  let transportRequestId = 0;
  return () => {
    transportRequestId++;
    return { activityId: randomness.uuid(), startedAt: clock.monotonic(), transportRequestId, servingSince };
  };
}

function toCosmosError({ log }: PipelineDependencies, { activityId }: ResponseContext, error: unknown): CosmosError {
  if (error instanceof CosmosError) return error;
  if (error instanceof BodyTooLargeError) return new CosmosError('RequestEntityTooLarge', 'Request size is too large');
  if (error instanceof StoreError) return ofStore(error, { log, activityId });
  log.error({ err: error, activityId }, 'A request failed unexpectedly');
  return new CosmosError('InternalServerError', 'An internal error occurred.');
}

/** The store itself has logged that it was moved, once. */
function ofStore(error: StoreError, { log, activityId }: { log: Log; activityId: string }): CosmosError {
  if (error.code !== 'StoreMoved') log.error({ err: error, activityId }, error.message);
  const code = error.code === 'StoreDamaged' ? 'InternalServerError' : 'ServiceUnavailable';
  return new CosmosError(code, error.message, { cause: error });
}

/**
 * Sends the responses of one turn of the event loop together, at its end. Sending wakes a client that waits, which costs more
 * than a point read; after the first, most clients are awake. A single response waits only for the end of its own turn.
 */
class EndOfTurn {
  #waiting: (() => void)[] = [];

  /** Resolves when all requests that have arrived in this turn have run. */
  reached(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#release());
    });
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

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
  if (target) addContainerHeaders(headers, account, target.container, { range: target.range ?? METADATA_RANGE });
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

type ContainerResult = Pick<OperationResult, 'range' | 'itemLsn' | 'isContainer' | 'withoutSession'>;

function addContainerHeaders(
  headers: HeaderList,
  account: Account,
  container: Container,
  { range, itemLsn, isContainer, withoutSession }: ContainerResult,
): void {
  const { counters } = account.store;
  const lsn = String(counters.current(container.lsnCounters[range ?? 0] ?? ''));
  if (!withoutSession) headers.push('x-ms-session-token', sessionToken(account, container, range));
  // They name what the resource belongs to, which is the database of a container. The SDK for Java makes links of them.
  const [rid, path] = isContainer ? ownerOf(container) : [container.rid, container.altPath];
  headers.push('x-ms-content-path', rid, 'x-ms-alt-content-path', path);
  headers.push('x-ms-resource-quota', RESOURCE_QUOTA);
  headers.push('lsn', lsn, 'x-ms-cosmos-llsn', lsn);
  headers.push('x-ms-quorum-acked-lsn', lsn, 'x-ms-cosmos-quorum-acked-llsn', lsn, 'x-ms-global-committed-lsn', lsn);
  headers.push('x-ms-documentdb-partitionkeyrangeid', String(range ?? 0));
  if (itemLsn !== undefined) headers.push('x-ms-item-lsn', String(itemLsn), 'x-ms-cosmos-item-llsn', String(itemLsn));
}

function ownerOf({ database }: Container): readonly [rid: string, path: string] {
  return [database.rid, `dbs/${encodeURIComponent(database.id)}`];
}

/** The token of the physical partition that was read or written, or of all. */
function sessionToken({ store }: Account, { lsnCounters }: Container, range: number | undefined): string {
  const token = (index: number) => formatSessionToken(index, store.counters.current(lsnCounters[index] ?? ''));
  return range === undefined ? lsnCounters.map((_, index) => token(index)).join(',') : token(range);
}
