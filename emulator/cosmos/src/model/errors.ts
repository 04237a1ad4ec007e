/** The service's error codes with the HTTP status of each. Source: "HTTP status codes for Azure Cosmos DB", REST reference. */
export const STATUS_OF_CODE = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  RequestTimeout: 408,
  Conflict: 409,
  Gone: 410,
  PreconditionFailed: 412,
  RequestEntityTooLarge: 413,
  FailedDependency: 424,
  TooManyRequests: 429,
  RetryWith: 449,
  InternalServerError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
} as const;

export type CosmosErrorCode = keyof typeof STATUS_OF_CODE;

export interface CosmosErrorDetails extends ErrorOptions {
  /** `x-ms-substatus`, for example 1001 (partition key mismatch) or 1002 (session not available). */
  readonly substatus?: number;
  /** `x-ms-retry-after-ms`, in milliseconds. */
  readonly retryAfterMs?: number;
  /** What a script has logged before it failed. */
  readonly scriptLog?: string;
  /** Further members of the error body, as the service sends them (`additionalErrorInfo`). */
  readonly body?: Readonly<Record<string, string>>;
}

/** The error of an operation that the service would reject. Its message goes to the client. */
export class CosmosError extends Error {
  readonly code: CosmosErrorCode;
  readonly details: CosmosErrorDetails;

  constructor(code: CosmosErrorCode, message: string, details: CosmosErrorDetails = {}) {
    super(message, details);
    this.name = 'CosmosError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return STATUS_OF_CODE[this.code];
  }
}

/** The service's own error for a body that lacks properties. */
export function missingProperties(names: readonly string[]): CosmosError {
  const list = names.map((name) => `${name}; `).join('');
  return new CosmosError(
    'BadRequest',
    `The input content is invalid because the required properties - '${list}' - are missing`,
  );
}
