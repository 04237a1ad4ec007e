/** Microsoft Graph's error codes, as far as this API answers with them. */
export const ERROR_CODES = [
  'BadRequest',
  'Conflict',
  'Forbidden',
  'InternalServerError',
  'InvalidAuthenticationToken',
  'NotFound',
  'RequestBodyRead',
  'RequestEntityTooLarge',
  'ServiceUnavailable',
  'TooManyRequests',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One thing that is wrong with a request, named by the property (or route parameter) it concerns. */
export interface ErrorDetail {
  readonly code: ErrorCode;
  readonly message: string;
  /** The property, `/` between levels: `error/code`. */
  readonly target: string;
}

/** Base of this app's errors. The message is meant for the caller. */
export class OperationsError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] = [];

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The request cannot be read as what the route expects. */
export class BadRequestError extends OperationsError {
  constructor(message: string, options?: ErrorOptions) {
    super('BadRequest', message, options);
  }
}

/** The body, or a route parameter, breaks one or more rules; each is a detail, and there is at least one. */
export class ValidationError extends OperationsError {
  override readonly details: readonly ErrorDetail[];

  constructor(details: readonly ErrorDetail[]) {
    super('BadRequest', summary(details));
    this.details = details;
  }
}

/** The caller did not prove who they are. `reason` is null when no token was sent at all. */
export class UnauthenticatedError extends OperationsError {
  readonly reason: string | null;

  constructor(message: string, reason: string | null, options?: ErrorOptions) {
    super('InvalidAuthenticationToken', message, options);
    this.reason = reason;
  }
}

/** The caller is known and lacks the permission. */
export class ForbiddenError extends OperationsError {
  constructor(message: string) {
    super('Forbidden', message);
  }
}

/** The chat holds an operation of this id already. */
export class OperationExistsError extends OperationsError {
  constructor(id: string) {
    super('Conflict', `An operation with the id '${id}' already exists in this chat.`);
  }
}

/** The request, or the operation it would store, is larger than can be stored. */
export class TooLargeError extends OperationsError {
  constructor(message: string, options?: ErrorOptions) {
    super('RequestEntityTooLarge', message, options);
  }
}

/** The store asked to be called later. */
export class ThrottledError extends OperationsError {
  /** Whole seconds, at least 1. */
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number, options?: ErrorOptions) {
    super('TooManyRequests', 'Please retry again later.', options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Something this API depends on cannot be reached; nothing is known to have been written. */
export class UnavailableError extends OperationsError {
  constructor(message: string, options?: ErrorOptions) {
    super('ServiceUnavailable', message, options);
  }
}

function summary(details: readonly ErrorDetail[]): string {
  const [first, ...others] = details;
  if (!first) return 'The request is not valid.';
  return others.length === 0 ? first.message : `${first.message} ${others.length} more: see details.`;
}
