import {
  OperationsError,
  StorageFullError,
  ThrottledError,
  TooLargeError,
  UnavailableError,
} from '../domain/errors.ts';

/** What a failure of Cosmos DB means to the caller; null for one that only we can be blamed for. */
export function toDomainError(error: unknown): Error | null {
  if (error instanceof OperationsError) return error;
  if (!isFailure(error)) return null;
  if (error.code === 413)
    return new TooLargeError('The operation exceeds the 2 MB that can be stored.', { cause: error });
  if (error.code === 403 && error.substatus === PARTITION_FULL) return new StorageFullError({ cause: error });
  if (error.code === 429) return new ThrottledError(toSeconds(error.retryAfterInMs), { cause: error });
  if (isUnreachable(error)) return new UnavailableError('The store of operations cannot be reached.', { cause: error });
  return null;
}

/** Whether Cosmos DB answered with this status. */
export function hasStatus(error: unknown, status: number): boolean {
  return isFailure(error) && error.code === status;
}

/** The SDK's ErrorResponse, or what Node's network code throws through it. */
interface Failure {
  readonly name: string;
  readonly code?: number | string;
  readonly substatus?: number;
  readonly retryAfterInMs?: number;
}

function isFailure(error: unknown): error is Failure {
  return error instanceof Error;
}

/** Of a 403: the logical partition has reached its limit of 20 GB. */
const PARTITION_FULL = 1014;

/** Request timeout, retry with, service unavailable. */
const TRANSIENT_STATUSES: readonly unknown[] = [408, 449, 503];
/** The SDK's own names for time that ran out. */
const TIMEOUTS: readonly string[] = ['AbortError', 'TimeoutError'];

/** Network failures carry Node's code (ECONNREFUSED and its like) or that of the SDK's pipeline. */
function isUnreachable({ code, name }: Failure): boolean {
  if (TRANSIENT_STATUSES.includes(code) || TIMEOUTS.includes(name)) return true;
  return typeof code === 'string' && /^(?:E[A-Z]+|REQUEST_SEND_ERROR|TimeoutError|PARSE_ERROR)$/.test(code);
}

function toSeconds(milliseconds = 0): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
