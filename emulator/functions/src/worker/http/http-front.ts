import type { RequestListener } from 'node:http';
import { type HttpRequest, type HttpResponse, RequestAbortedError, toRequestListener } from '@lazurite/http';
import { readAuthLevel } from '../../http/authorize.ts';
import { type Cors, createCors } from '../../http/cors.ts';
import { type KeyStore, openKeyStore } from '../../http/key-store.ts';
import { createThrottle, type Throttle, TOO_MANY_REQUESTS_HEADERS } from '../../http/throttle.ts';
import { buildRouteTable, type RouteEntry, type RouteTable } from '../../routing/route-table.ts';
import type { AdminOperation } from '../admin/admin-operation.ts';
import { adminRoutes } from '../admin/admin-routes.ts';
import { isHttpTrigger, isSwitchedOff, methodsOf, routeOf, triggerOf } from '../function-info.ts';
import { isAdmin, refusalOf } from './access.ts';
import { type AddedHeaders, addedHeaders, withAddedHeaders } from './added-headers.ts';
import { hasClientGone } from './client-gone.ts';
import type { HttpFront, HttpFunction } from './http-scope.ts';
import { invokeOverHttp } from './invoke-http.ts';
import { isOwnPath } from './request-target.ts';
import { streamingListener } from './streaming-listener.ts';

/** Unknown paths, wrong methods and violated constraints: 404 with an empty body, as Azure's host answers. */
const NOT_FOUND: HttpResponse = { status: 404 };
const UNAUTHORIZED: HttpResponse = { status: 401 };
const TOO_MANY_REQUESTS: HttpResponse = { status: 429, headers: TOO_MANY_REQUESTS_HEADERS };

type Answer = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** The worker's request listener: preflight, then the host's own routes, then the functions in their order. */
export async function createHttpFront(front: HttpFront): Promise<RequestListener> {
  const { init, parts } = front;
  const cors = createCors({ origins: init.cors.origins, credentials: init.cors.credentials });
  const openKeys = once(() => openKeyStore(init.dataDir, parts.randomness));
  const functions = await buildRouteTable(functionRoutes(front));
  const admin = await buildRouteTable(adminRoutes(front, { cors, openKeys }));
  const keys = init.enableAuth ? await openKeys() : undefined;
  const throttle = createThrottle(init.settings.http);
  const added = addedHeaders(init, cors);
  const route = routed(front, { functions, admin, keys, throttle });
  const answer = withPreflight(init.cors.origins, cors, withAdded(added, route));
  const listener = toRequestListener(answer, { maxBodyBytes: init.maxBodyBytes, log: parts.log });
  const { streamProxy, offlinePage } = front;
  return streamProxy && offlinePage === undefined
    ? streamingListener({ ...front, streamProxy }, { functions, cors, keys, throttle, added, listener })
    : listener;
}

/** Only who asks about keys, or must check them, has them made and read. */
function once(open: () => Promise<KeyStore>): () => Promise<KeyStore> {
  let opened: Promise<KeyStore> | undefined;
  return () => (opened ??= open());
}

interface Routed {
  readonly functions: RouteTable<HttpFunction>;
  readonly admin: RouteTable<AdminOperation>;
  /** Undefined: nobody is asked for a key. */
  readonly keys: KeyStore | undefined;
  readonly throttle: Throttle | undefined;
}

function routed(front: HttpFront, parts: Routed): Answer {
  const { admin, keys } = parts;
  const callFunction = toFunction(front, parts);
  return (request) => {
    const own = isOwnPath(request.path) ? admin.match(request.method, request.path) : undefined;
    if (!own) return callFunction(request);
    return keys && !isAdmin(request, keys) ? UNAUTHORIZED : own.target(request, own.values);
  };
}

function toFunction(front: HttpFront, { functions, admin, keys, throttle }: Routed): Answer {
  return (request) => {
    if (front.offlinePage !== undefined) return offline(front.offlinePage);
    const match = functions.match(request.method, request.path);
    if (!match) return request.path === '/' ? homepage(admin, request) : NOT_FOUND;
    const refusal = refusalOf(match.target, request, keys);
    if (refusal) return refusal;
    if (throttle) return throttled(throttle, request, () => invokeOverHttp(front, match, request));
    return invokeOverHttp(front, match, request);
  };
}

function offline(page: string): HttpResponse {
  return { status: 503, headers: { 'content-type': 'text/html' }, body: page };
}

/** Only where no function takes the root (azure-functions-host `HomepageMiddleware.cs`). */
function homepage(admin: RouteTable<AdminOperation>, request: HttpRequest): HttpResponse | Promise<HttpResponse> {
  const match = admin.match(request.method, '/');
  return match ? match.target(request, match.values) : NOT_FOUND;
}

async function throttled(
  throttle: Throttle,
  { raw }: HttpRequest,
  answer: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const release = await throttle.enter();
  if (!release) return TOO_MANY_REQUESTS;
  if (hasClientGone(raw)) {
    release();
    throw new RequestAbortedError();
  }
  return answer().finally(release);
}

function withPreflight(origins: readonly string[], cors: Cors, answer: Answer): Answer {
  if (origins.length === 0) return answer;
  return (request) => cors.preflight(request.method, request.headers) ?? answer(request);
}

function withAdded(added: AddedHeaders | undefined, answer: Answer): Answer {
  if (!added) return answer;
  return async (request) => withAddedHeaders(added, request.headers, await answer(request));
}

function functionRoutes({ app, init }: HttpFront): RouteEntry<HttpFunction>[] {
  return app.registry.all().flatMap((fn) => {
    const trigger = triggerOf(fn);
    if (!trigger || !isHttpTrigger(trigger)) return [];
    const methods = methodsOf(trigger);
    const template = routeOf(fn, trigger, init.settings.http.routePrefix);
    const authLevel = readAuthLevel(trigger.authLevel);
    const target = { fn, triggerName: trigger.name, authLevel, disabled: isSwitchedOff(fn) };
    return [{ template, ...(methods.length > 0 && { methods }), target }];
  });
}
