import type { RequestListener } from 'node:http';
import type { FunctionInfo } from '../ipc/events.ts';
import type { InvokeOutcome, WorkerInit } from '../ipc/messages.ts';
import { BINDING_KINDS } from './binding-kinds.ts';
import { bindFunctions } from './bound-functions.ts';
import { type FunctionApp, startApp, type WorkerParts } from './function-app.ts';
import { describeFunction } from './function-info.ts';
import { createHttpFront } from './http/http-front.ts';
import { invokeByHand } from './invoke-by-hand.ts';
import { Invoker } from './invoker.ts';
import { logFilter } from './log-filter.ts';
import { TRIGGER_FACTORIES } from './trigger-factories.ts';
import { createTriggerListeners, type TriggerListeners } from './trigger-listeners.ts';

/** A loaded app, ready to be called; nothing listens yet. */
export interface AssembledApp {
  readonly functions: readonly FunctionInfo[];
  readonly listener: RequestListener;
  readonly invoker: Invoker;
  readonly triggers: TriggerListeners;
  /** Calls a function with a payload that is not an HTTP request; never rejects. */
  invokeByHand(functionName: string, input: string | null): Promise<InvokeOutcome>;
}

export interface AssembleOptions {
  readonly parts: WorkerParts;
  readonly init: WorkerInit;
  /** The process is to be replaced: an invocation hangs beyond its time, or somebody asked for it. */
  readonly onUnusable: () => void;
}

/** Loads the app and puts together what serves it. @throws AppLoadError */
export async function assembleApp(
  app: FunctionApp,
  { parts, init, onUnusable }: AssembleOptions,
): Promise<AssembledApp> {
  parts.events.filter(logFilter(init.settings.logging));
  const streamProxy = await startApp(app, init);
  const { reportInvocations, settings, publicUrl: baseUrl } = init;
  const { clock, events } = parts;
  const functionTimeoutMs = settings.functionTimeoutMs ?? null;
  const bound = await bindFunctions({ app, init, parts, kinds: BINDING_KINDS });
  const calls = { app, bound, clock, events, reportInvocations };
  const invoker = new Invoker({ ...calls, functionTimeoutMs, onTimeout: onUnusable });
  const { routePrefix } = settings.http;
  return {
    functions: app.registry.all().map((fn) => describeFunction(fn, { baseUrl, routePrefix })),
    listener: await createHttpFront({ app, invoker, init, parts, streamProxy, restart: onUnusable }),
    invoker,
    triggers: createTriggerListeners({ app, invoker, init, parts, factories: TRIGGER_FACTORIES }),
    invokeByHand: (name, input) => invokeByHand({ app, invoker, parts }, name, input),
  };
}
