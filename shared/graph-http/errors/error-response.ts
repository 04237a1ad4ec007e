import {
  type ErrorCode,
  MethodNotAllowedError,
  OperationsError,
  RepeatedDifferentlyError,
  RequestTooOldError,
  ThrottledError,
  UnauthenticatedError,
} from '../../domain/errors.ts';
import type { RequestIds } from '../request/message.ts';
import type { GraphResponse } from '../response/response.ts';

/** Graph answers errors with the bare media type, unlike entities. */
const ERROR_CONTENT_TYPE = 'application/json';

/** Graph's error body; what is no error of this app is a 500 that says nothing about its cause. */
export function toErrorResponse(error: unknown, ids: RequestIds, now: number): GraphResponse {
  const known = error instanceof OperationsError ? error : new OperationsError('InternalServerError', UNEXPECTED);
  return {
    status: STATUS_OF[known.code],
    headers: { 'content-type': ERROR_CONTENT_TYPE, ...hints(known) },
    body: {
      error: {
        code: known.code,
        message: known.message,
        ...(known.details.length > 0 && { details: known.details }),
        // The capital E is what Graph sends, and the only spelling its JavaScript SDKs read.
        innerError: {
          date: new Date(now).toISOString().slice(0, 'yyyy-MM-ddTHH:mm:ss'.length),
          'request-id': ids.requestId,
          'client-request-id': ids.clientRequestId,
        },
      },
    },
  };
}

const UNEXPECTED = 'An internal server error occurred. The operation failed.';

function hints(error: OperationsError): Record<string, string> {
  if (error instanceof ThrottledError) return { 'retry-after': String(error.retryAfterSeconds) };
  if (error instanceof RepeatedDifferentlyError || error instanceof RequestTooOldError)
    return { 'repeatability-result': 'rejected' };
  if (error instanceof MethodNotAllowedError) return { allow: error.allowed.join(', ') };
  if (error instanceof UnauthenticatedError) return { 'www-authenticate': challenge(error) };
  return {};
}

/** RFC 6750, section 3: no error code where the request carried no token. The parameters are those that Graph sends. */
function challenge({ reason }: UnauthenticatedError): string {
  const scheme =
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"';
  return reason === null ? scheme : `${scheme}, error="invalid_token", error_description="${reason}"`;
}

/** The HTTP status of every error code. */
export const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  BadRequest: 400,
  ValidationError: 400,
  InvalidAuthenticationToken: 401,
  Forbidden: 403,
  NotFound: 404,
  Request_BadRequest: 405,
  Conflict: 409,
  ObjectIdentifierInUse: 409,
  PreconditionFailed: 412,
  RequestEntityTooLarge: 413,
  RequestBodyRead: 415,
  FailedDependency: 424,
  TooManyRequests: 429,
  InternalServerError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
  InsufficientStorage: 507,
};
