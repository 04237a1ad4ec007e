import type { CustomHandlerRoute, CustomHandlerSettings } from '../../config/host-settings.ts';
import { AppLoadError } from '../../errors.ts';
import { type Hooks, withReadOnly } from '../core/core-api.ts';
import type { FunctionRegistry } from '../core/function-registry.ts';
import { findEntryPoints } from './entry-points.ts';
import { loadFunctionJsonFunctions } from './function-json.ts';
import { loadScript, scriptError } from './load-script.ts';
import { readPackageManifest } from './package-manifest.ts';

export interface LoadedApp {
  /** Where functions were looked for, for the message that none was found. */
  readonly lookedIn: readonly string[];
  /** Problems that do not keep the app from running. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  readonly appRoot: string;
  readonly registry: FunctionRegistry;
  readonly hooks: Hooks;
  /** Only these functions of function.json files are loaded; null: all. */
  readonly functions: readonly string[] | null;
}

/**
 * Loads the app's entry points one after the other; they register their functions in `registry`. An app whose entry
 * points register nothing is loaded as a function.json app (azure-functions-nodejs-worker `startApp.ts`,
 * `LegacyFunctionLoader.ts`). There, a function that cannot be loaded does not stop the others.
 *
 * @throws AppLoadError that names the file and, where known, the correction
 */
export async function loadApp({ appRoot, registry, hooks, functions }: LoadOptions): Promise<LoadedApp> {
  const manifest = await readPackageManifest(appRoot);
  const files = await findEntryPoints(appRoot, manifest?.main);
  for (const file of files) {
    registry.currentEntryPoint = file;
    await loadScript(file, manifest?.isModule ?? false).catch((error: unknown) => {
      throw scriptError(file, error);
    });
  }
  registry.currentEntryPoint = undefined;
  await runAppStartHooks(appRoot, hooks);
  const registered = registry.size;
  const isModule = manifest?.isModule ?? false;
  const legacy = await loadFunctionJsonFunctions({ appRoot, registry, isModule, hasScripts: true, functions });
  registry.lock();
  return {
    lookedIn: [...describeEntryPoints(files, manifest?.main), ...describeFunctionJson(appRoot, legacy.found)],
    warnings: mixedModels(registered, legacy.found),
  };
}

/**
 * Registers the functions that a custom handler runs: those of function.json files, or of the routes in host.json
 * (azure-functions-host `HttpWorkerFunctionProvider.cs`).
 *
 * @throws AppLoadError when there are both
 */
export async function loadCustomHandlerApp(
  { appRoot, registry, functions }: Omit<LoadOptions, 'hooks'>,
  { routes }: CustomHandlerSettings,
): Promise<LoadedApp> {
  const { found } = await loadFunctionJsonFunctions({
    appRoot,
    registry,
    isModule: false,
    hasScripts: false,
    functions,
  });
  if (routes.length > 0 && found.length > 0) {
    throw new AppLoadError(
      `The app has function.json files and customHandler.http.routes in host.json, and only one of them can say what its functions are. Remove the routes, or the files: ${found.join(', ')}`,
    );
  }
  for (const [index, route] of routes.entries()) registerRoute(registry, `http-handler${index + 1}`, route);
  registry.lock();
  return { lookedIn: describeFunctionJson(appRoot, found), warnings: [] };
}

const ALL_METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'];

function registerRoute(registry: FunctionRegistry, name: string, { route, authLevel }: CustomHandlerRoute): void {
  const bindings = {
    req: { type: 'httpTrigger', direction: 'in', authLevel, methods: ALL_METHODS, route },
    res: { type: 'http', direction: 'out' },
  } as const;
  registry.register({ name, bindings }, () => undefined);
}

async function runAppStartHooks(appRoot: string, hooks: Hooks): Promise<void> {
  const context = { functionAppDirectory: appRoot };
  withReadOnly(context, { hookData: hooks.appLevelHookData, appHookData: hooks.appHookData });
  await hooks.run('appStart', context);
}

function describeEntryPoints(files: readonly string[], main: string | undefined): string[] {
  if (files.length === 0) return ['package.json has no "main" and there is no index.js'];
  const named = main ? `"main": ${JSON.stringify(main)} in package.json` : 'index.js';
  return [`${named} (${files.join(', ')}) was loaded, and registered no function with app.http(), app.timer(), ...`];
}

function describeFunctionJson(appRoot: string, found: readonly string[]): string[] {
  return found.length === 0 ? [`no folder of ${appRoot} holds a function.json`] : [];
}

function mixedModels(registered: number, found: readonly string[]): string[] {
  if (registered === 0 || found.length === 0) return [];
  return [
    `The app registers functions in code (v4) and also has function.json files, which are ignored, as in Azure: ${found.join(', ')}. Register these functions in code too, or remove the files`,
  ];
}
