import type { RequestListener, ServerResponse } from 'node:http';
import {
  BodyTooLargeError,
  type Endpoint,
  FOREIGN_PAGE,
  type HttpRequest,
  type HttpResponse,
  RequestAbortedError,
  toRequestListener,
} from '@lazurite/http';
import { isDisabled, isHttpTrigger, methodsOf, triggerOf } from '../core/function-trigger.ts';
import { type AddedHeaders, addedHeaders, withAddedHeaders } from './added-headers.ts';
import { authorize, authorizeAdmin, authorizeExtension, readAuthLevel } from './authorize.ts';
import { invokeOverHttp } from './invoke-http.ts';
import { invokeStreamed } from './invoke-streamed.ts';
import type { KeyStore } from './key-store.ts';
import type { HostOperation, HttpFunction, PipelineDependencies } from './pipeline-dependencies.ts';
import { hasClientGone } from './request-intake.ts';
import { buildRouteTable, type RouteEntry, type RouteMatch, type RouteTable } from './routing/route-table.ts';
import { createThrottle, type Throttle, TOO_MANY_REQUESTS_HEADERS } from './throttle.ts';

interface RequestPipeline extends PipelineDependencies {
  readonly functions: RouteTable<HttpFunction>;
  readonly host: RouteTable<HostOperation>;
  /** Undefined: no limit. */
  readonly throttle: Throttle | undefined;
  /** Undefined: no response gets additional headers. */
  readonly added: AddedHeaders | undefined;
}

/** An unknown path, a method or a constraint that does not match: 404 with an empty body, as in Azure's host. */
const NOT_FOUND: HttpResponse = { status: 404 };
const TOO_MANY_REQUESTS: HttpResponse = { status: 429, headers: TOO_MANY_REQUESTS_HEADERS };
/** The addresses of the host's own API, which no function can take. */
const HOST_PATH = /^\/(?:admin|runtime)(?:\/|$)/i;
const ADMIN_PATH = /^\/admin\//i;
/** The webhook of an extension; the group is its name. */
const WEBHOOK_PATH = /^\/runtime\/webhooks\/([^/]+)/i;

/** Creates the request listener of the worker. */
export async function createRequestPipeline(dependencies: PipelineDependencies): Promise<RequestListener> {
  const { init, cors, hostRoutes } = dependencies;
  const pipeline = {
    ...dependencies,
    functions: await buildRouteTable(functionRoutes(dependencies)),
    host: await buildRouteTable(hostRoutes),
    throttle: createThrottle(init.settings.http),
    added: addedHeaders(init, cors),
  };
  return toRequestListener((request, response) => handleRequest(pipeline, request, response), {
    maxBodyBytes: init.maxBodyBytes,
    edge: dependencies.edge,
    log: dependencies.dependencies.log,
  });
}

/** Every request takes these steps, in this order. Null: the function writes the response itself. */
async function handleRequest(
  pipeline: RequestPipeline,
  request: HttpRequest,
  response: ServerResponse,
): Promise<HttpResponse | null> {
  const { cors, host, functions, throttle, added, offlinePage, streamProxy } = pipeline;

  // 1. Parse the target. `toRequestListener` has split it, and rejected foreign hosts; the path is percent-encoded.
  const { method, path, headers } = request;

  // 2. CORS: respond to a preflight request before routing.
  const preflight = cors?.preflight(method, headers);
  if (preflight) return preflight;
  const respond = (result: HttpResponse) => (added ? withAddedHeaders(added, headers, result) : result);

  // 3. Admin: the host's own API comes before the routes of the app.
  const operation = HOST_PATH.test(path) ? host.match(method, path) : undefined;
  if (operation) return respond(await runHostOperation(pipeline, operation, request));

  // 4. App state: an offline app responds to every call with its offline page.
  if (offlinePage !== undefined) return respond(serviceUnavailable(offlinePage));

  // 5. Find the route of a function.
  const match = functions.match(method, path);
  if (!match) return respond(path === '/' ? await getHomepage(pipeline, request) : NOT_FOUND);

  // 6. Authorize the caller.
  const authorizing = authorizeCall(pipeline, match.target, request);
  const rejection = authorizing instanceof Promise ? await authorizing : authorizing;
  if (rejection) return respond(rejection);

  // 7. Throttle: wait for capacity, or reject when too many requests wait.
  const release = throttle ? await throttle.enter() : noop;
  if (!release) return respond(TOO_MANY_REQUESTS);
  if (hasClientGone(request.raw)) {
    release();
    throw new RequestAbortedError();
  }

  // 8. Invoke the function. 9. Respond.
  if (streamProxy?.accepts(match.target.fn)) {
    response.once('close', release);
    rejectLargeBody(request, pipeline.init.maxBodyBytes);
    if (added) setAddedHeaders(added, request, response);
    invokeStreamed({ ...pipeline, streamProxy }, match, { request, response });
    return null;
  }
  return respond(await invokeOverHttp(pipeline, match, request).finally(release));
}

async function runHostOperation(
  pipeline: RequestPipeline,
  { target, values }: RouteMatch<HostOperation>,
  request: HttpRequest,
): Promise<HttpResponse> {
  const extension = WEBHOOK_PATH.exec(request.path)?.[1]?.toLowerCase();
  const keys = await keysFor(pipeline, hostEndpoint(request.path, extension), request);
  if (keys === 'rejected') return FOREIGN_PAGE;
  const rejection =
    extension === undefined ? authorizeAdmin(request, keys) : authorizeExtension(extension, request, keys);
  return rejection ?? target(request, values);
}

function hostEndpoint(path: string, extension: string | undefined): Endpoint {
  if (ADMIN_PATH.test(path)) return 'admin';
  return extension === 'mcp' ? 'mcp' : 'webhook';
}

/** At once wherever no keys have to be opened: limits of uploads count from the turn in which a request was read. */
function authorizeCall(
  pipeline: RequestPipeline,
  target: HttpFunction,
  request: HttpRequest,
): HttpResponse | undefined | Promise<HttpResponse | undefined> {
  const isOpen = target.authLevel === 'anonymous' && !target.isDisabled;
  const keys = keysFor(pipeline, isOpen ? 'anonymousFunction' : 'keyedFunction', request);
  if (keys === 'rejected') return FOREIGN_PAGE;
  return keys instanceof Promise
    ? keys.then((opened) => authorize(target, request, opened))
    : authorize(target, request, keys);
}

/** The keys of which the request must have one; undefined when it needs none. */
function keysFor(
  { edge, keys, openKeys }: RequestPipeline,
  endpoint: Endpoint,
  { headers }: HttpRequest,
): KeyStore | Promise<KeyStore> | undefined | 'rejected' {
  const verdict = edge.verdictOn(endpoint, headers);
  if (verdict === 'reject') return 'rejected';
  return verdict === 'require-key' ? (keys ?? openKeys()) : keys;
}

function functionRoutes({ app, routes }: PipelineDependencies): RouteEntry<HttpFunction>[] {
  return app.registry.all().flatMap((fn) => {
    const trigger = triggerOf(fn);
    if (!trigger || !isHttpTrigger(trigger)) return [];
    const methods = methodsOf(trigger);
    const template = routes.get(fn.metadata.functionId);
    if (!template) return []; // an app without functions is not indexed
    const target = {
      fn,
      name: fn.metadata.name,
      triggerName: trigger.name,
      authLevel: readAuthLevel(trigger.authLevel),
      isDisabled: isDisabled(fn),
    };
    return [{ template, ...(methods.length > 0 && { methods }), target }];
  });
}

function serviceUnavailable(page: string): HttpResponse {
  return { status: 503, headers: { 'content-type': 'text/html' }, body: page };
}

/** Only where no function has the root as its route (azure-functions-host `HomepageMiddleware.cs`). */
function getHomepage({ host }: RequestPipeline, request: HttpRequest): HttpResponse | Promise<HttpResponse> {
  const match = host.match(request.method, '/');
  return match ? match.target(request, match.values) : NOT_FOUND;
}

function noop(): void {}

/** @throws BodyTooLargeError, which becomes 413, before the function sees a body that is declared too large */
function rejectLargeBody({ headers }: HttpRequest, maxBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLargeError(maxBytes);
}

/** Set in advance: headers that the function sets replace them. */
function setAddedHeaders(added: AddedHeaders, { headers }: HttpRequest, response: ServerResponse): void {
  for (const [name, value] of Object.entries({ ...added.defaultsFor(headers), ...added.forcedFor(headers) })) {
    response.setHeader(name, value);
  }
}
