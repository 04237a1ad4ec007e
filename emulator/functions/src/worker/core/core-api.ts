import { createRequire } from 'node:module';
import { HOST_VERSION } from '../../host-version.ts';
import type { FunctionMetadata, RpcLogCategory, RpcLogLevel } from '../../protocol/rpc-types.ts';
import { Disposable } from './disposable.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { HookCallback, Hooks } from './hooks.ts';
import type { FunctionCallback, ProgrammingModel } from './programming-model.ts';

/** The worker version that `@azure/functions-core` reports; the host has the features of this version. */
export const WORKER_VERSION = '3.12.0';

/** The module `@azure/functions-core`, which only a host can provide (azure-functions-nodejs-library `types-core`). */
export interface CoreApi {
  readonly version: string;
  readonly hostVersion: string;
  readonly Disposable: typeof Disposable;
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable;
  registerHook(name: string, callback: HookCallback): Disposable;
  setProgrammingModel(model: ProgrammingModel): void;
  getProgrammingModel(): ProgrammingModel;
  /** `@azure/functions` offers HTTP streaming only when this method exists. */
  log(level: RpcLogLevel, category: RpcLogCategory, message: string): void;
}

export interface CoreDependencies {
  readonly registry: FunctionRegistry;
  readonly hooks: Hooks;
  readonly models: ProgrammingModels;
  readonly log: CoreApi['log'];
}

/** The programming model that runs the app: the last one set, else the v3 model, which the host provides. */
export class ProgrammingModels {
  #current: ProgrammingModel | undefined;

  set(model: ProgrammingModel): void {
    this.#current = model;
  }

  get(): ProgrammingModel {
    if (!this.#current) setUpV3Model();
    if (!this.#current) throw new Error('The v3 programming model did not register itself');
    return this.#current;
  }
}

function setUpV3Model(): void {
  const require = createRequire(import.meta.url);
  // `setup` registers the model. The package's types lack it, because only workers call it.
  (require('azure-functions-v3') as { setup(): void }).setup();
}

export function createCoreApi({ registry, hooks, models, log }: CoreDependencies): CoreApi {
  return {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    registerFunction: (metadata, callback) => registry.register(metadata, callback),
    registerHook: (name, callback) => hooks.register(name, callback),
    setProgrammingModel: (model) => models.set(model),
    getProgrammingModel: () => models.get(),
    log,
  };
}
