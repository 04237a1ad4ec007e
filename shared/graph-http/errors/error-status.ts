import type { ErrorCode } from '../../domain/errors.ts';

/** The HTTP status of every error code. */
export const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  BadRequest: 400,
  ValidationError: 400,
  InvalidAuthenticationToken: 401,
  Forbidden: 403,
  NotFound: 404,
  Request_BadRequest: 405,
  Conflict: 409,
  PreconditionFailed: 412,
  RequestEntityTooLarge: 413,
  RequestBodyRead: 415,
  FailedDependency: 424,
  TooManyRequests: 429,
  InternalServerError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
};
