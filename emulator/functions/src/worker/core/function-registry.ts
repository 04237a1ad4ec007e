import { basename, dirname } from 'node:path';
import type { BindingInfo, FunctionMetadata, RpcFunctionMetadata } from '../../protocol/rpc-types.ts';
import { Disposable } from './disposable.ts';
import type { FunctionCallback } from './programming-model.ts';
import { asSystemError } from './system-error.ts';

/** A function that can be invoked. */
export interface RegisteredFunction {
  readonly metadata: RpcFunctionMetadata;
  readonly callback: FunctionCallback;
  /** The property `disabled` of function.json. */
  readonly disabled?: unknown;
  /** Whether the app registered it in code (v4) or a function.json names it (v3). */
  readonly model: 'code' | 'function.json';
}

/** A function that the host does not run, as one that cannot be loaded or is not valid. */
export interface FunctionInError {
  readonly name: string;
  readonly error: unknown;
}

/** The functions of the app, in the order in which they were registered. */
export class FunctionRegistry {
  readonly #functions = new Map<string, RegisteredFunction>();
  readonly #inError: FunctionInError[] = [];
  #locked = false;
  /** The entry point that is being loaded, from which registrations come. */
  currentEntryPoint: string | undefined;

  /** @throws when the id is taken, or when the app has been started */
  register(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    if (this.#locked) {
      throw asSystemError(new Error('A function can only be registered during app startup.'));
    }
    const functionId = metadata.functionId ?? metadata.name;
    if (this.#functions.has(functionId)) {
      throw asSystemError(new Error(`A function with id "${functionId}" has already been registered.`));
    }
    const complete = completeMetadata({ ...metadata, functionId }, this.currentEntryPoint);
    this.#functions.set(functionId, { metadata: complete, callback, model: 'code' });
    return new Disposable(() => {
      if (this.#locked) throw asSystemError(new Error('A function can only be disposed during app startup.'));
      this.#functions.delete(functionId);
    });
  }

  /** Adds a function that the app did not register itself. */
  add(fn: RegisteredFunction): void {
    this.#functions.set(fn.metadata.functionId, fn);
  }

  /** Keeps a function from running, and the reason for the log. The other functions run. */
  reject(name: string, error: unknown): void {
    for (const [id, { metadata }] of this.#functions) if (metadata.name === name) this.#functions.delete(id);
    this.#inError.push({ name, error });
  }

  get inError(): readonly FunctionInError[] {
    return this.#inError;
  }

  /** Rejects later registrations. */
  lock(): void {
    this.#locked = true;
  }

  /** Removes all functions except those named, in any case. */
  keepOnly(names: readonly string[]): void {
    const wanted = new Set(names.map((name) => name.toLowerCase()));
    for (const [id, { metadata }] of this.#functions) {
      if (!wanted.has(metadata.name.toLowerCase())) this.#functions.delete(id);
    }
  }

  get size(): number {
    return this.#functions.size;
  }

  all(): readonly RegisteredFunction[] {
    return [...this.#functions.values()];
  }

  /** By name, in any case; undefined when there is none. */
  find(name: string): RegisteredFunction | undefined {
    const wanted = name.toLowerCase();
    return this.all().find((fn) => fn.metadata.name.toLowerCase() === wanted);
  }
}

function completeMetadata(
  metadata: FunctionMetadata & { readonly functionId: string },
  entryPoint: string | undefined,
): RpcFunctionMetadata {
  const bindings = Object.entries(metadata.bindings).map(([name, binding]) => [name, { direction: 'in', ...binding }]);
  return {
    ...metadata,
    // Object.fromEntries loses the type of the values.
    bindings: Object.fromEntries(bindings) as Record<string, BindingInfo>,
    rawBindings: bindings.map(([name, binding]) => JSON.stringify({ ...(binding as BindingInfo), name })),
    ...(entryPoint && { scriptFile: basename(entryPoint), directory: dirname(entryPoint) }),
  };
}
