import type { IncomingMessage, RequestListener } from 'node:http';
import { type HttpRequest, type HttpResponse, toRequestListener } from '@lazurite/http';
import { type KeyedRequest, mayCall, readAuthLevel } from '../../http/authorize.ts';
import { type Cors, createCors } from '../../http/cors.ts';
import { type KeyStore, openKeyStore } from '../../http/key-store.ts';
import { createThrottle, type Throttle, TOO_MANY_REQUESTS_HEADERS } from '../../http/throttle.ts';
import { buildRouteTable, type RouteEntry, type RouteMatch, type RouteTable } from '../../routing/route-table.ts';
import { type AdminOperation, adminRoutes } from '../admin/admin-routes.ts';
import { isHttpTrigger, isSwitchedOff, methodsOf, routeOf, triggerOf } from '../function-info.ts';
import type { HttpFront, HttpFunction } from './http-scope.ts';
import { invokeOverHttp } from './invoke-http.ts';
import { invokeStreamed } from './invoke-streamed.ts';

/** Unknown paths, wrong methods and violated constraints: 404 with an empty body, as Azure's host answers. */
const NOT_FOUND: HttpResponse = { status: 404 };
const UNAUTHORIZED: HttpResponse = { status: 401 };
const TOO_MANY_REQUESTS: HttpResponse = { status: 429, headers: TOO_MANY_REQUESTS_HEADERS };

type Answer = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** The worker's request listener: preflight, then the host's own routes, then the functions in their order. */
export async function createHttpFront(front: HttpFront): Promise<RequestListener> {
  const cors = createCors({ origins: front.init.cors.origins, credentials: front.init.cors.credentials });
  const functions = await buildRouteTable(functionRoutes(front));
  const admin = await buildRouteTable(adminRoutes(front, cors));
  const keys = front.init.enableAuth ? await openKeyStore(front.init.dataDir, front.parts.randomness) : undefined;
  const answer = withHeaders(front, cors, routed(front, { functions, admin, keys }));
  const listener = toRequestListener(answer, { maxBodyBytes: front.init.maxBodyBytes, log: front.parts.log });
  return front.streamProxy ? streamingListener(front, { functions, cors, keys, listener }) : listener;
}

interface Routed {
  readonly functions: RouteTable<HttpFunction>;
  readonly admin: RouteTable<AdminOperation>;
  /** Undefined: nobody is asked for a key. */
  readonly keys: KeyStore | undefined;
}

function routed(front: HttpFront, { functions, admin, keys }: Routed): Answer {
  const throttle = createThrottle(front.init.settings.http);
  return (request) => {
    const { method, path } = request;
    const own = isOwnPath(path) ? admin.match(method, path) : undefined;
    if (own) return keys && path !== '/' && !isAdmin(request, keys) ? UNAUTHORIZED : own.target(request, own.values);
    const match = functions.match(method, path);
    if (!match) return NOT_FOUND;
    if (keys && !isAllowed(match.target, request, keys)) return UNAUTHORIZED;
    return throttle
      ? throttled(throttle, () => invokeOverHttp(front, match, request))
      : invokeOverHttp(front, match, request);
  };
}

function isAllowed({ fn, authLevel }: HttpFunction, request: KeyedRequest, keys: KeyStore): boolean {
  return mayCall(request, { level: authLevel, functionName: fn.metadata.name }, keys);
}

function isAdmin(request: KeyedRequest, keys: KeyStore): boolean {
  return mayCall(request, { level: 'admin', functionName: '' }, keys);
}

/** Spares all other requests a second look-up. */
function isOwnPath(path: string): boolean {
  return path === '/' || /^\/(?:admin|runtime)(?:\/|$)/i.test(path);
}

async function throttled(throttle: Throttle, answer: () => Promise<HttpResponse>): Promise<HttpResponse> {
  const release = await throttle.enter();
  if (!release) return TOO_MANY_REQUESTS;
  return answer().finally(release);
}

/** Adds what CORS and `customHeaders` ask for; costs nothing where neither is set. */
function withHeaders({ init }: HttpFront, cors: Cors, answer: Answer): Answer {
  const custom = lowerCaseNames(init.settings.http.customHeaders);
  if (init.cors.origins.length === 0 && Object.keys(custom).length === 0) return answer;
  return async (request) => {
    const preflight = cors.preflight(request.method, request.headers);
    if (preflight) return preflight;
    const response = await answer(request);
    return { ...response, headers: { ...custom, ...response.headers, ...cors.headersFor(request.headers) } };
  };
}

interface StreamingParts {
  readonly functions: RouteTable<HttpFunction>;
  readonly cors: Cors;
  readonly keys: KeyStore | undefined;
  readonly listener: RequestListener;
}

/** Functions get their requests as they come; everything else is answered as in any app. */
function streamingListener(front: HttpFront, { functions, cors, keys, listener }: StreamingParts): RequestListener {
  const { streamProxy } = front;
  const custom = lowerCaseNames(front.init.settings.http.customHeaders);
  return (message, response) => {
    const preflight = cors.preflight(message.method ?? 'GET', message.headers);
    const match = preflight ? undefined : matchFunction(functions, message);
    const keyed = { headers: message.headers, query: queryOf(message) };
    const isDenied = match && keys && !isAllowed(match.target, keyed, keys);
    if (!match || !streamProxy || isDenied) return listener(message, response);
    const added = { ...custom, ...cors.headersFor(message.headers) };
    for (const [name, value] of Object.entries(added)) response.setHeader(name, value);
    invokeStreamed({ ...front, streamProxy }, match, { message, response });
  };
}

function queryOf({ url = '/' }: IncomingMessage): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}

function matchFunction(
  functions: RouteTable<HttpFunction>,
  message: IncomingMessage,
): RouteMatch<HttpFunction> | undefined {
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return isOwnPath(path) ? undefined : functions.match(message.method ?? 'GET', path);
}

function functionRoutes({ app, init }: HttpFront): RouteEntry<HttpFunction>[] {
  return app.registry.all().flatMap((fn) => {
    const trigger = triggerOf(fn);
    if (!trigger || !isHttpTrigger(trigger) || isSwitchedOff(fn)) return [];
    const methods = methodsOf(trigger);
    const template = routeOf(fn, trigger, init.settings.http.routePrefix);
    return [
      {
        template,
        ...(methods.length > 0 && { methods }),
        target: { fn, triggerName: trigger.name, authLevel: readAuthLevel(trigger.authLevel) },
      },
    ];
  });
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
