import type { WorkerInit } from '../../protocol/messages.ts';
import type { FunctionApp, WorkerParts } from '../app/function-app.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { TriggerFactory } from './trigger.ts';

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
