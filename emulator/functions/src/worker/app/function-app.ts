import type { Clock, Log, Randomness } from '@lazurite/runtime';
import { functionNameProblem } from '../../config/function-rules.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import { type CoreApi, createCoreApi, ProgrammingModels } from '../core/core-api.ts';
import { FunctionRegistry } from '../core/function-registry.ts';
import { Hooks, withReadOnly } from '../core/hooks.ts';
import { provideCore } from '../core/provide-core.ts';
import { captureStreamProxy, type StreamProxy } from '../http/stream-proxy.ts';
import type { EventBatch } from '../invocation/event-batch.ts';
import { InvocationLog } from '../invocation/invocation-log.ts';
import type { ContainerChanges } from '../triggers/cosmos/container-changes.ts';
import type { StorageChanges } from '../triggers/storage-changes.ts';
import { loadApp } from './load-app.ts';

export interface WorkerParts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
  readonly events: EventBatch;
  readonly changes: ContainerChanges;
  readonly storage: StorageChanges;
}

/** The app inside this process: what it registered, and what is needed to run it. */
export interface FunctionApp {
  readonly registry: FunctionRegistry;
  readonly hooks: Hooks;
  readonly models: ProgrammingModels;
  readonly log: InvocationLog;
}

/**
 * Offers `@azure/functions-core` to this process. Nothing of the app is loaded yet.
 *
 * @param provide how the module reaches the app; by default through Node's own module loader
 */
export function prepareApp(
  { events, clock }: WorkerParts,
  provide: (core: CoreApi) => void = provideCore,
): FunctionApp {
  const registry = new FunctionRegistry();
  const hooks = new Hooks();
  const models = new ProgrammingModels();
  const log = new InvocationLog({ hooks, events, clock });
  provide(
    createCoreApi({
      registry,
      hooks,
      models,
      log: (level, category, message) => log.write({ level, category, message }),
    }),
  );
  return { registry, hooks, models, log };
}

/**
 * Loads the app and lets its programming model say what it is capable of.
 * Resolves to the proxy through which requests are streamed, undefined unless the app asked for streaming.
 *
 * @throws AppLoadError
 */
export async function startApp(app: FunctionApp, { appRoot, functions }: WorkerInit): Promise<StreamProxy | undefined> {
  const { lookedIn, warnings } = await loadApp(appRoot, app.registry, app.hooks);
  for (const message of warnings) app.log.write({ level: 'warning', category: 'system', message });
  if (app.registry.size === 0) {
    const message = `No functions found. Looked for them here:\n${lookedIn.map((place) => `  - ${place}`).join('\n')}`;
    app.log.write({ level: 'warning', category: 'system', message });
    return undefined;
  }
  if (functions) app.registry.keepOnly(functions);
  reportBadNames(app);
  return captureStreamProxy(async () => app.models.get().getCapabilities?.({ ...CAPABILITIES }));
}

/** Azure refuses such functions; here they run, and the log says what will happen there. */
function reportBadNames({ registry, log }: FunctionApp): void {
  for (const { metadata } of registry.all()) {
    const message = functionNameProblem(metadata.name);
    if (message) log.write({ level: 'error', category: 'system', message: `${message}. Azure does not run it` });
  }
}

/** Runs the app's `appTerminate` hooks. A hook that fails is reported and stops nothing. */
export async function terminateApp({ hooks, log }: FunctionApp): Promise<void> {
  const context = withReadOnly({}, { hookData: hooks.appLevelHookData, appHookData: hooks.appHookData });
  await hooks.run('appTerminate', context).catch((error: unknown) => {
    log.write({ level: 'error', category: 'system', message: `An appTerminate hook failed: ${String(error)}` });
  });
}

/** What Azure's worker tells its host by default (azure-functions-nodejs-worker `WorkerInitHandler.ts`). */
const CAPABILITIES: Readonly<Record<string, string>> = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
};
