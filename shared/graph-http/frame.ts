import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { OperationsError } from '../domain/errors.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import { describeFailure } from './errors/describe-failure.ts';
import { toErrorAnswer } from './errors/error-response.ts';
import { type RequestIds, readRequestIds } from './request/request-headers.ts';
import { type GraphAnswer, corsHeaders } from './response/response.ts';

export interface ServerInfo {
  readonly dataCenter: string;
  readonly roleInstance: string;
}

/** What all functions need, whatever they do. */
export interface FramePorts {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A GUID in lower case. */
  newId(): string;
  readonly telemetry: Pick<Telemetry, 'inRequest' | 'traceparent'>;
  /** Where this runs, as `x-ms-ags-diagnostic` tells. */
  readonly server: ServerInfo;
}

type Logger = Pick<InvocationContext, 'error' | 'warn'>;
export type FunctionHandler = (request: HttpRequest, context: Logger) => Promise<HttpResponseInit>;

/** Graph's manners, whatever is answered: request ids, the common headers, CORS, and every failure as Graph's error body. */
export function graphFrame(
  answerTo: (request: HttpRequest) => Promise<GraphAnswer>,
  { now, newId, server, telemetry }: FramePorts,
): FunctionHandler {
  const commonHeaders = toCommonHeaders(server);
  return async (request, context) => {
    const ids = readRequestIds(request.headers.get('client-request-id'), newId());
    const answer = await telemetry
      .inRequest(ids, () => answerTo(request))
      .catch((error: unknown) => {
        report(error, { ids, context });
        return toErrorAnswer(error, ids, now());
      });
    return {
      status: answer.status,
      headers: {
        ...commonHeaders,
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
        ...corsHeaders(request.headers.get('origin')),
        ...answer.headers,
      },
      ...toBody(answer.body),
    };
  };
}

function toBody(body: unknown): { body?: string } {
  if (body === undefined) return {};
  return { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function toCommonHeaders({ dataCenter, roleInstance }: ServerInfo): Record<string, string> {
  const serverInfo = { DataCenter: dataCenter, RoleInstance: roleInstance };
  return {
    'x-ms-ags-diagnostic': JSON.stringify({ ServerInfo: serverInfo }),
    'cache-control': 'private',
    'strict-transport-security': 'max-age=31536000',
    // What a caller stored is never taken for a page or a script, whatever it looks like.
    'x-content-type-options': 'nosniff',
    vary: 'Accept-Encoding',
  };
}

/** Callers' own mistakes are no news; what failed on our side is, with its cause. */
function report(error: unknown, { ids, context }: { ids: RequestIds; context: Logger }): void {
  const request = `Request ${ids.requestId}, client-request-id ${ids.clientRequestId}`;
  if (!(error instanceof OperationsError)) context.error(`${request} failed unexpectedly: ${describeFailure(error)}`);
  else if (error.code === 'ServiceUnavailable') context.warn(`${request}: ${describeFailure(error)}`);
}
