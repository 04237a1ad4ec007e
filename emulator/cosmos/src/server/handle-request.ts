import { BodyTooLargeError, type HttpHandler, type HttpRequest, type HttpResponse } from '@lazurite/http';
import type { Log } from '@lazurite/runtime';
import type { Account } from '../account/account.ts';
import { type Access, assertPermitted } from '../auth/access.ts';
import type { Authorizer } from '../auth/authorizer.ts';
import { CosmosError } from '../model/errors.ts';
import { Dispatch, isRead, verbOf } from '../routes/dispatch.ts';
import { parsePath, type ResourcePath } from '../routes/path.ts';
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

/** Answers requests of the protocol, in this order: path, authorization, permission, body, route, operation, answer. */
export function toRequestHandler(options: RequestHandlerOptions): HttpHandler {
  const { account, secure } = options;
  const dispatch = new Dispatch(ROUTES);
  const endOfTurn = new EndOfTurn();
  return async (request) => {
    const exchange = { activityId: account.randomness.uuid(), startedAt: account.clock.monotonic() };
    try {
      const path = parsePath(pathOf(request));
      const granted = authorize(options, path, request);
      const access = granted instanceof Promise ? await granted : granted;
      const { method, headers } = request;
      const unread = { method, headers, names: path.names, secure, body: NO_BODY };
      const verb = verbOf(unread);
      assertPermitted(access, { isRead: isRead(verb), resourceType: path.resourceType });
      const route = mayHaveBody(method) ? { ...unread, body: await request.body() } : unread;
      const outcome = dispatch.handlerOf(path, verb, route)(account, route);
      // A write comes back from the group of its turn; a read is done at once.
      if (!(outcome instanceof Promise)) await endOfTurn.reached();
      const result = await outcome;
      return toResponse(account, exchange, result);
    } catch (error) {
      return answerError(options, exchange, error);
    }
  };
}

function authorize(
  { authorizer, secure }: RequestHandlerOptions,
  { resourceType, resourceLink }: ResourcePath,
  { method, headers }: HttpRequest,
): Access | Promise<Access> {
  const xMsDate = headers['x-ms-date'] ?? headers.date;
  const date = typeof xMsDate === 'string' ? xMsDate : undefined;
  const { authorization } = headers;
  return authorizer.accessOf({ method, resourceType, resourceLink, date, authorization, secure });
}

/** The SDK leaves `?` in an id as it is (encodeURI), and the protocol has no query strings: all of the target is path. */
function pathOf({ path, raw }: HttpRequest): string {
  return raw.url ?? path;
}

function mayHaveBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

function answerError({ account, log }: RequestHandlerOptions, exchange: Exchange, error: unknown): HttpResponse {
  if (error instanceof CosmosError) return toErrorResponse(account, exchange, error);
  if (error instanceof BodyTooLargeError)
    return toErrorResponse(account, exchange, new CosmosError('RequestEntityTooLarge', 'Request size is too large'));
  log.error({ err: error, activityId: exchange.activityId }, 'A request failed unexpectedly');
  return toErrorResponse(account, exchange, new CosmosError('InternalServerError', 'An internal error occurred.'));
}
