import type { WorkerInit } from '../protocol/messages.ts';
import type { TriggerFactory } from '../triggers/trigger.ts';
import type { FunctionApp, WorkerParts } from './function-app.ts';
import type { Invoker } from './invoker.ts';

/** Each trigger's implementation, by its type in lower case; loaded only when a function needs it. */
export type TriggerFactories = ReadonlyMap<string, () => Promise<TriggerFactory>>;

/** What the listeners of one app are made from. */
export interface ListenerScope {
  readonly app: FunctionApp;
  readonly invoker: Invoker;
  readonly init: WorkerInit;
  readonly parts: WorkerParts;
  readonly factories: TriggerFactories;
}
