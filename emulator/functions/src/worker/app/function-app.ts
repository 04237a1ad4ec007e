import type { WorkerInit } from '../../protocol/messages.ts';
import { type CoreApi, createCoreApi, ProgrammingModels } from '../core/core-api.ts';
import { FunctionRegistry } from '../core/function-registry.ts';
import { Hooks, withReadOnly } from '../core/hooks.ts';
import { provideCore } from '../core/provide-core.ts';
import { captureStreamProxy, type StreamProxy } from '../http/stream-proxy.ts';
import type { FunctionApp, WorkerDependencies } from '../invocation/function-app.ts';
import { InvocationLog } from '../invocation/invocation-log.ts';
import { loadApp } from './load-app.ts';

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

/**
 * Loads the app and sends its programming model the capabilities of the host. Resolves to the proxy through which
 * requests are streamed, undefined unless the app asked for streaming.
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
  reportInvalidNames(app);
  return captureStreamProxy(async () => app.models.get().getCapabilities?.({ ...CAPABILITIES }));
}

/** Azure rejects such functions. Here they run, and the log says that Azure does not run them. */
function reportInvalidNames({ registry, log }: FunctionApp): void {
  for (const { metadata } of registry.all()) {
    const problem = functionNameProblem(metadata.name);
    if (problem) log.write({ level: 'error', category: 'system', message: `${problem}. Azure does not run it` });
  }
}

/** Utility.cs of azure-functions-host. */
const FUNCTION_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,127}$/;

/** Why a function's name is not valid; undefined when it is. */
export function functionNameProblem(name: string): string | undefined {
  if (FUNCTION_NAME.test(name) && name.toLowerCase() !== 'host') return undefined;
  return `'${name}' is not a valid function name. It must start with a letter, hold only letters, digits, '_' and '-', be at most 128 characters long, and must not be 'host'`;
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
