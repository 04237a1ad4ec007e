import type { HttpRequest } from '@azure/functions';
import { MethodNotAllowedError } from '../../../shared/domain/errors.ts';
import { VERBS } from '../../../shared/graph-http/endpoint.ts';
import { type FramePorts, type FunctionHandler, graphFrame } from '../../../shared/graph-http/frame.ts';
import { parseResourceUrl, type ResourceKind } from '../../../shared/graph-http/request/resource-url.ts';
import { emptyAnswer, type GraphAnswer, preflightHeaders } from '../../../shared/graph-http/response/response.ts';
import { SERVICE_ROUTES } from '../../../shared/graph-http/routes.ts';

export interface WildcardRoutePorts extends FramePorts {
  /** What answers, by what is addressed and the verb. */
  readonly handlers: Readonly<Record<ResourceKind, Readonly<Record<string, FunctionHandler>>>>;
}

/**
 * Every request that no other function's route matches. Graph has more ways to address an operation than a route template
 * can say (`/chats('19:x')/operations('7')`, `/me/chats/…`, `/users/{id}/chats/…`), and an error body where nothing is.
 */
export function wildcardRouteHandler(ports: WildcardRoutePorts): FunctionHandler {
  const refuse = graphFrame(answerWithout, ports);
  return (request, context) => (findHandler(request, ports) ?? refuse)(request, context);
}

function findHandler({ url, method }: HttpRequest, { handlers }: WildcardRoutePorts): FunctionHandler | undefined {
  try {
    const verbs = handlers[parseResourceUrl(url).kind];
    return Object.hasOwn(verbs, method) ? verbs[method] : undefined;
  } catch {
    return undefined; // the reason is found, and told, by who refuses the request
  }
}

async function answerWithout({ url, method, headers }: HttpRequest): Promise<GraphAnswer> {
  if (method === 'OPTIONS' && headers.get('origin') !== null)
    return emptyAnswer(204, preflightHeaders(headers.get('access-control-request-headers')));
  const verbs = verbsOfService(url);
  // A batch inside a batch comes here with the right verb, and leads nowhere.
  if (verbs.length > 0 && !verbs.includes(method)) throw new MethodNotAllowedError(verbs);
  throw new MethodNotAllowedError(VERBS[parseResourceUrl(url).kind]);
}

/** What `$batch` and the service's documents can be asked; empty for other addresses. */
function verbsOfService(url: string): readonly string[] {
  const path = new URL(url).pathname.replace(/\/$/, '').toLowerCase();
  return Object.values(SERVICE_ROUTES).flatMap(({ method, route }) =>
    path === `/beta/${route}`.toLowerCase() ? [method] : [],
  );
}
