/** Microsoft Graph's error codes, as far as this API answers with them. */
export const ERROR_CODES = [
  'BadRequest',
  'Conflict',
  'FailedDependency',
  'Forbidden',
  'InsufficientStorage',
  'InternalServerError',
  'InvalidAuthenticationToken',
  'NotFound',
  'NotImplemented',
  'ObjectIdentifierInUse',
  'PreconditionFailed',
  'RequestBodyRead',
  'RequestEntityTooLarge',
  'Request_BadRequest',
  'ServiceUnavailable',
  'TooManyRequests',
  'ValidationError',
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

/** The chat, or the team, holds an operation of this id already. */
export class OperationExistsError extends OperationsError {
  constructor(id: string) {
    super('Conflict', `An operation with the id '${id}' already exists.`);
  }
}

/** The chat, or the team, holds no operation of this id. */
export class OperationNotFoundError extends OperationsError {
  constructor(id: string) {
    super('NotFound', `No operation with the id '${id}' was found.`);
  }
}

/** There is no team of this id, or none that can be read yet. */
export class TeamNotFoundError extends OperationsError {
  constructor(id: string) {
    super('NotFound', `No team found with Group Id ${id}.`);
  }
}

/** The caller has no subscription of this id. */
export class SubscriptionNotFoundError extends OperationsError {
  constructor(id: string) {
    super('NotFound', `No subscription with the id '${id}' was found.`);
  }
}

/** An endpoint for notifications did not prove that it wants them. */
export class EndpointValidationError extends OperationsError {
  constructor(problem: string) {
    super('ValidationError', problem);
  }
}

/** `If-Match` names another version than the stored one, or `If-None-Match` that very one. */
export class PreconditionFailedError extends OperationsError {
  constructor() {
    super('PreconditionFailed', 'The operation was changed since it was read. Get its latest version and try again.');
  }
}

/** What was to be changed was written again and again meanwhile, and the caller named no version. */
export class ConcurrentUpdateError extends OperationsError {
  constructor(resource: 'operation' | 'subscription' | 'team') {
    super('Conflict', `The ${resource} is being changed by others. Try again.`);
  }
}

/** The caller has a subscription to the same changes of the same resource: in Graph's words. */
export class SubscriptionExistsError extends OperationsError {
  constructor(id: string) {
    super('ObjectIdentifierInUse', `Subscription Id ${id} already exists for the requested combination`);
  }
}

/** The same `Repeatability-Request-ID` came with another request before. */
export class RepeatedDifferentlyError extends BadRequestError {
  constructor() {
    super('The Repeatability-Request-ID was used before, with another request.');
  }
}

/** A repeatable request was first sent so long ago that nobody knows any more whether it was carried out. */
export class RequestTooOldError extends OperationsError {
  constructor() {
    super('PreconditionFailed', 'The request was first sent too long ago to be repeated.');
  }
}

/** The request asks for what this resource does not do. */
export class NotImplementedError extends OperationsError {
  constructor(message: string) {
    super('NotImplemented', message);
  }
}

/** Sorting by several properties needs an index that the store lacks. */
export class UnsupportedOrderError extends BadRequestError {
  constructor(options?: ErrorOptions) {
    super(
      'The query specified in the URI is not valid. This combination of $orderby properties is not supported.',
      options,
    );
  }
}

/** The resource is there, and does not know the verb. */
export class MethodNotAllowedError extends OperationsError {
  /** The verbs it knows. */
  readonly allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    super('Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
    this.allowed = allowed;
  }
}

/** The URL leads nowhere: its first segment that Graph does not know. */
export class UnknownSegmentError extends BadRequestError {
  constructor(segment: string) {
    super(`Resource not found for the segment '${segment}'.`);
  }
}

/** A request of a batch was not carried out because one that it depends on failed. */
export class FailedDependencyError extends OperationsError {
  constructor() {
    super('FailedDependency', 'The request was not carried out: a request that it depends on failed.');
  }
}

/** The request, or the operation it would store, is larger than can be stored. */
export class TooLargeError extends OperationsError {
  constructor(message: string, options?: ErrorOptions) {
    super('RequestEntityTooLarge', message, options);
  }
}

/** The chat holds as much as the store keeps of one: Cosmos DB's 20 GB of a partition. */
export class StorageFullError extends OperationsError {
  constructor(options?: ErrorOptions) {
    super('InsufficientStorage', 'The chat cannot hold more operations. Delete some first.', options);
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
