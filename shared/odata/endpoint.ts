import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { OperationsError } from '../domain/errors.ts';
import type { GraphAnswer } from './answer.ts';
import { toErrorAnswer } from './error-answer.ts';
import { type RequestIds, readRequestIds } from './request-ids.ts';

export interface EndpointOptions {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A GUID in lower case. */
  newId(): string;
  /** Where this runs, as `x-ms-ags-diagnostic` tells. */
  readonly server: ServerInfo;
}

export interface ServerInfo {
  readonly dataCenter: string;
  readonly roleInstance: string;
}

type Logger = Pick<InvocationContext, 'error' | 'warn'>;
export type FunctionHandler = (request: HttpRequest, context: Logger) => Promise<HttpResponseInit>;

/** Gives an operation Graph's manners: request ids, the common headers, and every failure as Graph's error body. */
export function graphEndpoint(
  operation: (request: HttpRequest) => Promise<GraphAnswer>,
  options: EndpointOptions,
): FunctionHandler {
  const commonHeaders = toCommonHeaders(options.server);
  return async (request, context) => {
    const ids = readRequestIds(request.headers.get('client-request-id'), options.newId());
    const answer = await operation(request).catch((error: unknown) => {
      report(error, { ids, context });
      return toErrorAnswer(error, ids, options.now());
    });
    return {
      status: answer.status,
      headers: {
        ...commonHeaders,
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
        ...answer.headers,
      },
      body: JSON.stringify(answer.body),
    };
  };
}

function toCommonHeaders({ dataCenter, roleInstance }: ServerInfo): Record<string, string> {
  const serverInfo = { DataCenter: dataCenter, RoleInstance: roleInstance };
  return {
    'x-ms-ags-diagnostic': JSON.stringify({ ServerInfo: serverInfo }),
    'cache-control': 'private',
    'strict-transport-security': 'max-age=31536000',
  };
}

/** Callers' own mistakes are no news; what failed on our side is, with its cause. */
function report(error: unknown, { ids, context }: { ids: RequestIds; context: Logger }): void {
  if (!(error instanceof OperationsError)) context.error(`Request ${ids.requestId} failed unexpectedly`, error);
  else if (error.code === 'ServiceUnavailable') context.warn(`Request ${ids.requestId}: ${error.message}`, error.cause);
}
