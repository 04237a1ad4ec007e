import type { RequestListener } from 'node:http';
import type { FunctionInfo } from '../../protocol/events.ts';
import type { InvokeOutcome, WorkerInit } from '../../protocol/messages.ts';
import { readOfflinePage } from '../admin/app-offline.ts';
import { BINDING_KINDS } from '../bindings/binding-kinds.ts';
import { bindFunctions } from '../bindings/bound-functions.ts';
import { createHttpFront } from '../http/pipeline.ts';
import { invokeByHand } from '../invocation/invoke-manually.ts';
import { Invoker, type InvokerOptions } from '../invocation/invoker.ts';
import { screenByLevel } from '../invocation/log-level-filter.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { TRIGGER_FACTORIES } from '../triggers/trigger-factories.ts';
import { createTriggerListeners, type TriggerListeners } from '../triggers/trigger-listeners.ts';
import { type FunctionApp, startApp, terminateApp, type WorkerParts } from './function-app.ts';
import { describeFunction } from './function-info.ts';

/** A loaded app, ready to be called; nothing listens yet. */
export interface AssembledApp {
  readonly functions: readonly FunctionInfo[];
  readonly listener: RequestListener;
  readonly invoker: Invoker;
  readonly triggers: TriggerListeners;
  /** Then functions are neither served nor triggered. */
  readonly isOffline: boolean;
  /** Runs the app's `appTerminate` hooks, then sends the telemetry that is left. */
  terminate(): Promise<void>;
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
  parts.events.screen(screenByLevel(init.settings.logging));
  const telemetry = await openAppTelemetry(app, { init, parts });
  const streamProxy = await startApp(app, init);
  const { reportInvocations, settings, publicUrl: baseUrl } = init;
  const { clock, events } = parts;
  const functionTimeoutMs = settings.functionTimeoutMs ?? null;
  const bound = await bindFunctions({ app, init, parts, kinds: BINDING_KINDS });
  const calls = { app, bound, clock, events, reportInvocations };
  const invoker = await createInvoker({ ...calls, functionTimeoutMs, onTimeout: onUnusable }, telemetry);
  const { routePrefix } = settings.http;
  const triggers = createTriggerListeners({ app, invoker, init, parts, factories: TRIGGER_FACTORIES });
  const offlinePage = await readOfflinePage(init.appRoot);
  const front = { app, invoker, init, parts, streamProxy, triggers, offlinePage, restart: onUnusable };
  return {
    functions: app.registry.all().map((fn) => describeFunction(fn, { baseUrl, routePrefix })),
    listener: await createHttpFront(front),
    invoker,
    triggers,
    isOffline: offlinePage !== undefined,
    terminate: async () => {
      await terminateApp(app);
      await telemetry?.close();
    },
    invokeByHand: (name, input) => invokeByHand({ app, invoker, parts }, name, input),
  };
}

/** Where the app's settings do not ask for telemetry, nothing of it is loaded. */
async function openAppTelemetry(
  app: FunctionApp,
  { init, parts }: Pick<AssembleOptions, 'init' | 'parts'>,
): Promise<Telemetry | undefined> {
  if (!init.env.OTEL_EXPORTER_OTLP_ENDPOINT) return undefined;
  const { openTelemetry } = await import('../telemetry/open-telemetry.ts');
  const warn = (message: string) => app.log.write({ level: 'warning', category: 'system', message });
  const telemetry = await openTelemetry({ init, parts, warn });
  if (telemetry) parts.events.watch((event) => telemetry.record(event));
  return telemetry;
}

async function createInvoker(options: InvokerOptions, telemetry: Telemetry | undefined): Promise<Invoker> {
  if (!telemetry) return new Invoker(options);
  const { TracedInvoker } = await import('../telemetry/traced-invoker.ts');
  return new TracedInvoker(options, telemetry);
}
