import type { Clock, Log, Randomness } from '@lazurite/runtime';
import type { Hooks, ProgrammingModels } from '../core/core-api.ts';
import type { FunctionRegistry } from '../core/function-registry.ts';
import type { EventBatch } from './event-batch.ts';
import type { InvocationLog } from './invocation-log.ts';

/** The app inside this process: what it registered, and what is needed to run it. */
export interface FunctionApp {
  readonly registry: FunctionRegistry;
  readonly hooks: Hooks;
  readonly models: ProgrammingModels;
  readonly log: InvocationLog;
}

/** What the host's own code in this process is given. */
export interface WorkerDependencies {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
  readonly events: EventBatch;
}
