import { BodyTooLargeError, type HttpHandler, type HttpRequest } from '@lazurite/http';
import type { Log } from '@lazurite/runtime';
import type { Account } from '../account/account.ts';
import { type Access, assertPermitted } from '../auth/access.ts';
import type { Authorizer } from '../auth/authorizer.ts';
import { CosmosError } from '../model/errors.ts';
import { addressedBy } from '../routes/addressed.ts';
import { Dispatch, isRead, verbOf } from '../routes/dispatch.ts';
import type { RouteRequest } from '../routes/request.ts';
import { parsePath, type ResourcePath } from '../routes/router.ts';
import { ROUTES } from '../routes/table.ts';
import { EndOfTurn } from './end-of-turn.ts';
import { type Exchange, toErrorResponse, toResponse } from './response.ts';

export interface RequestHandlerOptions {
  readonly account: Account;
  readonly authorizer: Authorizer;
  readonly log: Log;
  /** Whether connections are TLS. */
  readonly secure: boolean;
}

const NO_BODY = Buffer.alloc(0);
const CONTAINER_SHAPE = 'dbs/*/colls/*';

/** Answers requests of the protocol, in this order: path, authorization, permission, body, route, operation, answer. */
export function toRequestHandler(options: RequestHandlerOptions): HttpHandler {
  const { account, secure } = options;
  const dispatch = new Dispatch(ROUTES);
  const endOfTurn = new EndOfTurn();
  const nextExchange = exchanges(account);
  return async (request) => {
    const exchange = nextExchange();
    let permitted: RouteRequest | undefined;
    try {
      const path = parsePath(pathOf(request));
      const granted = authorize(options, path, request);
      const access = granted instanceof Promise ? await granted : granted;
      const { method, headers } = request;
      const unread = { method, headers, names: path.names, secure, body: NO_BODY };
      const verb = verbOf(unread);
      assertPermitted(access, { isRead: isRead(verb), resourceType: path.resourceType });
      if (path.shape.startsWith(CONTAINER_SHAPE)) permitted = unread;
      const route = mayHaveBody(method) ? { ...unread, body: await request.body() } : unread;
      const outcome = dispatch.handlerOf(path, verb, route)(account, route);
      // A write comes back from the group of its turn; a read is done at once.
      if (!(outcome instanceof Promise)) await endOfTurn.reached();
      const result = await outcome;
      return toResponse(account, exchange, result);
    } catch (error) {
      // Who may not ask is not told what there is.
      const addressed = permitted && addressedBy(account, permitted);
      return toErrorResponse(account, exchange, { error: toCosmosError(options, exchange, error), addressed });
    }
  };
}

function authorize(
  { authorizer, secure }: RequestHandlerOptions,
  { resourceType, signedAs, resourceLink }: ResourcePath,
  { method, headers }: HttpRequest,
): Access | Promise<Access> {
  const xMsDate = headers['x-ms-date'] ?? headers.date;
  const date = typeof xMsDate === 'string' ? xMsDate : undefined;
  const { authorization } = headers;
  return authorizer.accessOf({
    ...{ method, resourceType, resourceLink, date, authorization, secure },
    ...(signedAs && { signedAs }),
  });
}

/** The SDK leaves `?` in an id as it is (encodeURI), and the protocol has no query strings: all of the target is path. */
function pathOf({ path, raw }: HttpRequest): string {
  return raw.url ?? path;
}

function mayHaveBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

function exchanges({ randomness, clock }: Account): () => Exchange {
  const servingSince = new Date(clock.now()).toUTCString();
  let transportRequestId = 0;
  return () => {
    transportRequestId++;
    return { activityId: randomness.uuid(), startedAt: clock.monotonic(), transportRequestId, servingSince };
  };
}

function toCosmosError({ log }: RequestHandlerOptions, { activityId }: Exchange, error: unknown): CosmosError {
  if (error instanceof CosmosError) return error;
  if (error instanceof BodyTooLargeError) return new CosmosError('RequestEntityTooLarge', 'Request size is too large');
  log.error({ err: error, activityId }, 'A request failed unexpectedly');
  return new CosmosError('InternalServerError', 'An internal error occurred.');
}
