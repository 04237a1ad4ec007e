import { BodyTooLargeError, type HttpHandler, type HttpRequest, type HttpResponse } from '@lazurite/http';
import type { Log } from '@lazurite/runtime';
import type { Account } from '../account/account.ts';
import { type Access, type Authorizer, assertPermitted } from '../auth/authorizer.ts';
import { CosmosError } from '../model/errors.ts';
import { assertGranted, type GrantedRequest } from '../operations/access/resource-grant.ts';
import { meterOf, type RequestUnitMeter } from '../operations/throughput/request-unit-meter.ts';
import { flag, partitionKeyOf, partitionsOf, type RouteRequest, tryTargetOf } from '../routes/request.ts';
import {
  isRead,
  parseTarget,
  type ResourcePath,
  type Route,
  type Router,
  type Verb,
  verbOf,
} from '../routes/router.ts';
import { encode, encodeError, type ResponseContext } from './response.ts';

export interface PipelineDependencies {
  readonly account: Account;
  readonly authorizer: Authorizer;
  readonly router: Router;
  readonly log: Log;
  /** Whether connections are TLS. */
  readonly secure: boolean;
}

export function createRequestPipeline(dependencies: PipelineDependencies): HttpHandler {
  const pipeline = { ...dependencies, endOfTurn: new EndOfTurn() };
  const nextContext = responseContexts(dependencies.account);
  return (request) => handleRequest(pipeline, nextContext(), request);
}

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
    const withoutBody = { method, headers, names: target.names, secure, body: NO_BODY };
    const verb = verbOf(withoutBody);
    if (typeof access === 'string')
      assertPermitted(access, { isRead: isRead(verb), resourceType: target.resourceType });
    else assertGranted(account, access.permission, grantedRequestOf(target.shape, verb, withoutBody));
    if (target.shape.startsWith(CONTAINER_SHAPE)) permitted = withoutBody;
    const received = mayHaveBody(method) ? { ...withoutBody, body: await request.body() } : withoutBody;
    const route = router.route(target, verb, received);
    meter = enforceThroughput(account, route, received);
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
  log.error({ err: error, activityId }, 'A request failed unexpectedly');
  return new CosmosError('InternalServerError', 'An internal error occurred.');
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
