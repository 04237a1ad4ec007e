import { Disposable } from './disposable.ts';
import { asSystemError } from './system-error.ts';

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
