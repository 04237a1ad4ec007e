import type { HttpRequest } from '@azure/functions';
import { MethodNotAllowedError, UnknownSegmentError } from '../../../shared/domain/errors.ts';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { parseAddress, type ResourceKind, versionOf } from '../../../shared/graph-http/request/address.ts';
import { emptyResponse, type GraphResponse, preflightHeaders } from '../../../shared/graph-http/response/response.ts';
import {
  methodsOf,
  ROUTE_NAMES,
  type RouteName,
  routeOf,
  routesOf,
  templateOf,
} from '../../../shared/graph-http/routes.ts';

/** The handlers of the routes that are served, by name. */
export type RouteHandlers = Readonly<Partial<Record<RouteName, FunctionHandler>>>;

export interface WildcardRouteDependencies extends EnvelopeDependencies {
  /** Those that the catch-all may call. */
  readonly handlers: RouteHandlers;
}

/**
 * The catch-all. Graph has more ways to address an operation than a route template can say (`/chats('19:x')/operations('7')`,
 * `/me/chats/…`, `/users/{id}/chats/…`), and an error body where nothing is. It finds the handler of any request in the
 * table of routes, also where a route of its own would have matched: a host that asks it first gets the same response.
 */
export function wildcardRouteHandler(dependencies: WildcardRouteDependencies): FunctionHandler {
  const handlers = withoutKeys(dependencies.handlers);
  const reject = withGraphEnvelope((request) => rejectRequest(request, handlers), dependencies);
  return (request, context) => {
    const name = findRoute(request, handlers);
    const handler = name === undefined ? reject : (handlers[name] ?? reject);
    return handler(request, context);
  };
}

/** Function keys are checked by the host, which has checked none for this function. */
function withoutKeys(handlers: RouteHandlers): RouteHandlers {
  const open = Object.entries(handlers).filter(([name]) => routeOf(name as RouteName).access !== 'functionKey');
  return Object.fromEntries(open);
}

function findRoute({ url, method }: HttpRequest, handlers: RouteHandlers): RouteName | undefined {
  const candidates = ROUTE_NAMES.filter((name) => name in handlers && methodsOfRoute(name).includes(method));
  const plain = candidates.find((name) => routeOf(name).resource === null && hasPath(name, url));
  if (plain) return plain;
  const kind = kindOf(url);
  return candidates.find((name) => kind !== null && routeOf(name).resource === kind);
}

function methodsOfRoute(name: RouteName): readonly string[] {
  return routeOf(name).methods;
}

/** Whether a URL is that of a route without keys; a last segment may be optional. Documents and batches are in v1.0 as well. */
function hasPath(name: RouteName, url: string): boolean {
  const segments = templateOf(name).split('/');
  if (routeOf(name).part === 'documents') segments[0] = versionOf(url) ?? 'beta';
  const given = new URL(url).pathname.toLowerCase().replace(/^\//, '').replace(/\/$/, '').split('/');
  if (given.length > segments.length) return false;
  return segments.every((segment, index) => segment.endsWith('?}') || segment.toLowerCase() === given[index]);
}

/** Null: it leads nowhere. The reason is found, and said, by what rejects the request. */
function kindOf(url: string): ResourceKind | null {
  try {
    return parseAddress(url).kind;
  } catch {
    return null;
  }
}

async function rejectRequest({ url, method, headers }: HttpRequest, handlers: RouteHandlers): Promise<GraphResponse> {
  if (method === 'OPTIONS' && headers.get('origin') !== null)
    return emptyResponse(204, preflightHeaders(headers.get('access-control-request-headers')));
  const document = routesOf('documents').find((name) => hasPath(name, url));
  // A batch inside a batch comes here with the right method, and leads nowhere.
  if (document && !methodsOfRoute(document).includes(method)) throw new MethodNotAllowedError(methodsOfRoute(document));
  const { kind, segment } = parseAddress(url);
  const served = ROUTE_NAMES.filter((name) => name in handlers);
  // Of chats only their operations are part of the API.
  if (kind === 'chat' || methodsOf(kind, served).length === 0) throw new UnknownSegmentError(segment);
  throw new MethodNotAllowedError(methodsOf(kind, served));
}
