import type { OperationError, OperationStatus } from '../teams-async-operation.ts';

/** How an operation of the simulator goes: docs/lro-simulator.md. Seconds count from its creation. */
export interface Scenario {
  readonly description: string;
  /** In the order of time, at least one; the last is final and no other is. */
  readonly steps: readonly ScenarioStep[];
  /** When reading the operation is answered with 429. */
  readonly throttled: readonly Interval[];
  /** How long after the operation succeeded its target can be read. */
  readonly targetDelaySeconds: number;
  /** How requests that start an operation are rejected instead; null: none is. Missing in plans of before there was this. */
  readonly start?: StartRejection | null;
}

/** What a request that starts an operation is answered with, while it is. */
export interface StartRejection {
  readonly code: StartErrorCode;
  readonly message: string;
  /** `Retry-After` of 429. */
  readonly retryAfterSeconds: number;
  /** How many requests of one caller in a row are rejected before one is accepted; null: all. */
  readonly times: number | null;
}

/** Errors that Graph documents of requests that start operations. */
export const START_ERROR_CODES = [
  'BadRequest',
  'Conflict',
  'Forbidden',
  'NotFound',
  'ServiceUnavailable',
  'TooManyRequests',
] as const;
export type StartErrorCode = (typeof START_ERROR_CODES)[number];

export interface ScenarioStep {
  readonly afterSeconds: number;
  readonly status: OperationStatus;
  readonly attemptsCount: number;
  /** Null unless the operation fails. */
  readonly error: OperationError | null;
}

export interface Interval {
  readonly fromSeconds: number;
  /** Exclusive. */
  readonly untilSeconds: number;
}

/** The scenarios there are, and which one an operation gets that asks for none; null: it stays as it was created. */
export interface Scenarios {
  readonly byName: ReadonlyMap<string, Scenario>;
  readonly fallback: string | null;
  /** That of operations which requests start, such as `POST /teams`: they never stay as they were created. */
  readonly starter: string;
}
