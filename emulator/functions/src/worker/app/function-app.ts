import type { Closeable } from '@lazurite/runtime';
import type { CustomHandlerSettings } from '../../config/host-settings.ts';
import { AppLoadError, describeThrown, messageOf } from '../../errors.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import { type CoreApi, createCoreApi, Hooks, ProgrammingModels, withReadOnly } from '../core/core-api.ts';
import { FunctionRegistry } from '../core/function-registry.ts';
import { provideCore } from '../core/provide-core.ts';
import type { Route } from '../http/routing/route-table.ts';
import { captureStreamProxy, type StreamProxy } from '../http/stream-proxy.ts';
import type { FunctionApp, WorkerDependencies } from '../invocation/function-app.ts';
import { InvocationLog } from '../invocation/invocation-log.ts';
import { indexFunctions } from './index-functions.ts';
import { loadApp, loadCustomHandlerApp } from './load-app.ts';

/**
 * Provides `@azure/functions-core` to this process. Nothing of the app is loaded yet.
 *
 * @param provide how the module reaches the app; by default through Node's own module loader
 */
export function prepareApp(
  { events, clock }: Pick<WorkerDependencies, 'events' | 'clock'>,
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

export interface StartedApp {
  /** Through which requests are streamed; undefined unless the app asked for streaming. */
  readonly streamProxy: StreamProxy | undefined;
  /** The routes of the HTTP functions, by function id. */
  readonly routes: ReadonlyMap<string, Route>;
  /** The process that runs the functions in place of this one; undefined for most apps. */
  readonly customHandler: Closeable | undefined;
}

/** What an app may ask of the process that it is loaded into. */
export interface AppHost {
  /** Called when a process that the app needs beside this one has started, and when it has ended. */
  readonly onChild?: (pid: number, isAlive: boolean) => void;
  /** Called when the app cannot go on in this process, which should end. */
  readonly onFailed?: () => void;
}

/**
 * Loads the app and sends its programming model the capabilities of the host.
 *
 * @throws AppLoadError; CustomHandlerError
 */
export async function startApp(
  app: FunctionApp,
  init: WorkerInit,
  { dependencies, ...host }: AppHost & { readonly dependencies: WorkerDependencies },
): Promise<StartedApp> {
  const { appRoot, functions, settings } = init;
  const { registry, hooks } = app;
  const { customHandler } = settings;
  const { lookedIn, warnings } = customHandler
    ? await loadCustomHandlerApp({ appRoot, registry, functions }, customHandler)
    : await loadApp({ appRoot, registry, hooks, functions });
  for (const message of warnings) app.log.write({ level: 'warning', category: 'system', message });
  if (registry.size + registry.inError.length === 0) {
    const message = `No functions found. Looked for them here:\n${lookedIn.map((place) => `  - ${place}`).join('\n')}`;
    app.log.write({ level: 'warning', category: 'system', message });
    return { streamProxy: undefined, routes: new Map(), customHandler: undefined };
  }
  if (functions) registry.keepOnly(functions);
  const routes = await indexFunctions(registry, settings.http.routePrefix);
  for (const { name, error } of registry.inError) {
    const message = `The '${name}' function is in error: ${describeWithCause(error)}`;
    app.log.write({ level: 'error', category: 'system', message });
  }
  if (customHandler)
    return { routes, ...(await startCustomHandler(app, customHandler, { ...host, dependencies, init })) };
  const streamProxy = await captureStreamProxy(async () => app.models.get().getCapabilities?.({ ...CAPABILITIES }));
  return { routes, streamProxy, customHandler: undefined };
}

async function startCustomHandler(
  app: FunctionApp,
  settings: CustomHandlerSettings,
  { dependencies, init, onChild, onFailed }: AppHost & { dependencies: WorkerDependencies; init: WorkerInit },
): Promise<Omit<StartedApp, 'routes'>> {
  const { HandlerProcess, createCustomHandlerModel } = await import('../custom-handler/programming-model.ts');
  const handler = new HandlerProcess({
    settings,
    appRoot: init.appRoot,
    env: init.env,
    clock: dependencies.clock,
    randomness: dependencies.randomness,
    onOutput: (stream, chunk) => void process[stream].write(chunk),
    onLife: (pid, isAlive) => onChild?.(pid, isAlive),
    onFailed: (error) => {
      app.log.write({ level: 'error', category: 'system', message: error.message });
      onFailed?.();
    },
  });
  await handler.start();
  const { model, streamProxy } = createCustomHandlerModel({ process: handler, settings, dependencies });
  app.models.set(model);
  return { streamProxy, customHandler: handler };
}

/** With the stack of what the app itself threw. */
function describeWithCause(error: unknown): string {
  const cause = error instanceof AppLoadError ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)}\n${describeThrown(cause)}`;
}

/** Runs the app's `appTerminate` hooks. A failure is reported, and the app still terminates. */
export async function terminateApp({ hooks, log }: FunctionApp): Promise<void> {
  const context = withReadOnly({}, { hookData: hooks.appLevelHookData, appHookData: hooks.appHookData });
  await hooks.run('appTerminate', context).catch((error: unknown) => {
    log.write({ level: 'error', category: 'system', message: `An appTerminate hook failed: ${String(error)}` });
  });
}

/** The defaults that Azure's worker sends its host (azure-functions-nodejs-worker `WorkerInitHandler.ts`). */
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
