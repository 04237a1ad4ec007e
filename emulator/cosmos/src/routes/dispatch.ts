import { CosmosError } from '../model/errors.ts';
import { ABSENT_TYPES, VERB_NAMES } from './not-emulated.ts';
import { flag, header, type RouteRequest } from './request.ts';
import { assertHeadersServed } from './request-headers.ts';
import type { RouteHandler, Verb } from './route.ts';
import type { ResourcePath } from './router.ts';
import type { ROUTES } from './table.ts';

/** Finds the handler of a request among the routes. */
export class Dispatch {
  readonly #handlers = new Map<string, RouteHandler>();
  readonly #shapes = new Set<string>();

  constructor(routes: typeof ROUTES) {
    for (const [verb, path, handler] of routes) {
      const shape = path.slice(1);
      this.#shapes.add(shape);
      this.#handlers.set(`${verb} ${shape}`, handler);
    }
  }

  /** @throws CosmosError NotImplemented for what the service has and this server lacks, else BadRequest or MethodNotAllowed */
  handlerOf({ shape, resourceType }: ResourcePath, verb: Verb, { headers }: RouteRequest): RouteHandler {
    assertHeadersServed(headers);
    const handler = this.#handlers.get(`${verb} ${shape}`);
    if (handler) return handler;
    throw this.#refusal(verb, shape, resourceType);
  }

  #refusal(verb: Verb, shape: string, resourceType: string): CosmosError {
    const absent = ABSENT_TYPES[resourceType];
    if (absent) return new CosmosError('NotImplemented', `${absent} are not emulated`);
    if (!this.#shapes.has(shape))
      return new CosmosError('BadRequest', `The request path names no known resource: /${shape.slice(0, 200)}`);
    const name = VERB_NAMES[verb];
    if (name) return new CosmosError('NotImplemented', `${name}: not emulated for /${shape}`);
    return new CosmosError('MethodNotAllowed', `${verb.split(' ')[0]?.toUpperCase()} is not allowed on /${shape}`);
  }
}

/** Whether a request of this verb leaves everything as it is. */
export function isRead(verb: Verb): boolean {
  return READS.has(verb);
}

const READS: ReadonlySet<Verb> = new Set(['get', 'get change feed', 'post query', 'post query plan']);

/**
 * What a request wants. The order matters: a query plan is asked for with the headers of a query.
 *
 * @throws CosmosError MethodNotAllowed, or BadRequest for a header that is no boolean
 */
export function verbOf(request: RouteRequest): Verb {
  const { method } = request;
  if (method === 'GET') return header(request, 'a-im') === undefined ? 'get' : 'get change feed';
  if (method === 'POST') return postVerbOf(request);
  if (method === 'PUT' || method === 'PATCH' || method === 'DELETE') return method.toLowerCase() as Verb; // the three
  throw new CosmosError('MethodNotAllowed', `The method ${method} is not allowed`);
}

function postVerbOf(request: RouteRequest): Verb {
  if (flag(request, 'x-ms-cosmos-is-query-plan-request')) return 'post query plan';
  if (flag(request, 'x-ms-documentdb-isquery') || isQueryContent(request)) return 'post query';
  if (flag(request, 'x-ms-cosmos-is-batch-request')) return 'post batch';
  if (flag(request, 'x-ms-documentdb-is-upsert')) return 'post upsert';
  return 'post create';
}

function isQueryContent(request: RouteRequest): boolean {
  return request.headers['content-type']?.startsWith('application/query+json') ?? false;
}
