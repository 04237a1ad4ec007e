import { createRequire } from 'node:module';
import { HOST_VERSION } from '../../host-version.ts';
import type { FunctionMetadata, RpcLogCategory, RpcLogLevel } from '../../protocol/rpc-types.ts';
import { Disposable } from './disposable.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { FunctionCallback, ProgrammingModel } from './programming-model.ts';
import { asSystemError } from './system-error.ts';

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

const HOOK_NAMES = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const;
export type HookName = (typeof HOOK_NAMES)[number];
export type HookCallback = (context: object) => unknown;

/** Data that the hooks of one app share (`appHookData`), or those of one invocation (`hookData`). */
export type HookData = Record<string, unknown>;

/** The hooks that the app registered for its start, its end, each invocation and each log line. */
export class Hooks {
  readonly appHookData: HookData = {};
  /** Shared by the hooks of start and end. */
  readonly appLevelHookData: HookData = {};
  readonly #callbacks: Record<HookName, HookCallback[]> = {
    preInvocation: [],
    postInvocation: [],
    appStart: [],
    appTerminate: [],
    log: [],
  };

  /** @throws RangeError for a name this host does not know; `@azure/functions` then ignores the hook */
  register(name: string, callback: HookCallback): Disposable {
    if (!isHookName(name)) throw asSystemError(new RangeError(`Unrecognized hook "${name}"`));
    const callbacks = this.#callbacks[name];
    callbacks.push(callback);
    return new Disposable(() => {
      const index = callbacks.indexOf(callback);
      if (index !== -1) callbacks.splice(index, 1);
    });
  }

  has(name: HookName): boolean {
    return this.#callbacks[name].length > 0;
  }

  /** Runs the callbacks one after the other until one throws. */
  async run(name: HookName, context: object): Promise<void> {
    for (const callback of [...this.#callbacks[name]]) await callback(context);
  }

  /** Runs the callbacks without waiting for promises, for hooks that are synchronous by contract. */
  runSync(name: HookName, context: object): void {
    for (const callback of this.#callbacks[name]) callback(context);
  }
}

function isHookName(name: string): name is HookName {
  return (HOOK_NAMES as readonly string[]).includes(name);
}

/** Defines properties that hooks can read but not assign: assigning throws, as in Azure's worker (`ReadOnlyError`). */
export function withReadOnly<T extends object>(target: T, properties: Record<string, unknown>): T {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(target, name, {
      enumerable: true,
      get: () => value,
      set: () => {
        throw asSystemError(new TypeError(`Cannot assign to read only property '${name}'`));
      },
    });
  }
  return target;
}
