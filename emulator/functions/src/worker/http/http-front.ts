import type { IncomingMessage, RequestListener } from 'node:http';
import { type HttpRequest, type HttpResponse, toRequestListener } from '@lazurite/http';
import type { WorkerInit } from '../../ipc/messages.ts';
import { buildRouteTable, type RouteMatch, type RouteTable } from '../../routing/route-table.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { FunctionApp } from '../function-app.ts';
import { isHttpTrigger, isSwitchedOff, methodsOf, routeOf, triggerOf } from '../function-info.ts';
import type { HttpFront } from './http-scope.ts';
import { invokeOverHttp } from './invoke-http.ts';
import { invokeStreamed } from './invoke-streamed.ts';

/** Unknown paths, wrong methods and violated constraints: 404 with an empty body, as Azure's host answers. */
const NOT_FOUND: HttpResponse = { status: 404 };

/** The worker's request listener: routes a request to its function and answers with what came of it. */
export async function createHttpFront(front: HttpFront): Promise<RequestListener> {
  const routes = await buildRouteTable(httpRoutes(front.app, front.init));
  const answer = (request: HttpRequest): HttpResponse | Promise<HttpResponse> => {
    const match = routes.match(request.method, request.path);
    return match ? invokeOverHttp(front, match, request) : NOT_FOUND;
  };
  const listener = toRequestListener(answer, { maxBodyBytes: front.init.maxBodyBytes, log: front.parts.log });
  const { streamProxy } = front;
  if (!streamProxy) return listener;
  return (message, response) => {
    const match = matchMessage(routes, message);
    if (match) invokeStreamed({ ...front, streamProxy }, match, { message, response });
    else listener(message, response);
  };
}

function matchMessage(
  routes: RouteTable<RegisteredFunction>,
  message: IncomingMessage,
): RouteMatch<RegisteredFunction> | undefined {
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  return routes.match(message.method ?? 'GET', mark === -1 ? target : target.slice(0, mark));
}

function httpRoutes(app: FunctionApp, init: WorkerInit) {
  return app.registry.all().flatMap((fn) => {
    const trigger = triggerOf(fn);
    if (!trigger || !isHttpTrigger(trigger) || isSwitchedOff(fn)) return [];
    const methods = methodsOf(trigger);
    return [{ template: routeOf(fn, trigger, init.routePrefix), ...(methods.length > 0 && { methods }), target: fn }];
  });
}
