/** The API's own rejection of a request. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

export function notFound(what: string): ApiError {
  return new ApiError(404, 'NotFound', `There is no ${what}`);
}

export function invalid(message: string): ApiError {
  return new ApiError(400, 'InvalidRequest', message);
}
