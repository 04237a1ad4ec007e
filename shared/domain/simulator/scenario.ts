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
}

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
}
