import { messageOf } from '../../errors.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { FunctionApp, WorkerParts } from '../app/function-app.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { triggerServices } from '../triggers/trigger-services.ts';
import type { BindingKinds } from './binding.ts';
import { createFunctionBindings, type FunctionBindings } from './function-bindings.ts';

/** By function id; a function without inputs and outputs of its own is absent, and costs nothing. */
export type BoundFunctions = ReadonlyMap<string, FunctionBindings>;

interface BindScope {
  readonly app: FunctionApp;
  readonly init: WorkerInit;
  readonly parts: WorkerParts;
  readonly kinds: BindingKinds;
}

/** Prepares the bindings of all functions. One whose bindings are wrong is reported, and fails when it is called. */
export async function bindFunctions(scope: BindScope): Promise<BoundFunctions> {
  const bound = new Map<string, FunctionBindings>();
  for (const fn of scope.app.registry.all()) {
    const bindings = await bindOne(scope, fn);
    if (bindings.any) bound.set(fn.metadata.functionId, bindings);
  }
  return bound;
}

async function bindOne({ app, init, parts, kinds }: BindScope, fn: RegisteredFunction): Promise<FunctionBindings> {
  const { name } = fn.metadata;
  const bindings = Object.entries(fn.metadata.bindings).map(([key, binding]) => ({ ...binding, name: key }));
  try {
    return await createFunctionBindings({ ...triggerServices(init, parts), functionName: name, bindings }, kinds);
  } catch (error) {
    const message = `The '${name}' function is in error: ${messageOf(error)}`;
    app.log.write({ level: 'error', category: 'system', message });
    return inError(error);
  }
}

function inError(error: unknown): FunctionBindings {
  const fail = () => Promise.reject(error);
  return { any: true, readInputs: fail, writeOutputs: fail };
}
