import type { BindingKinds } from '../bindings/binding.ts';
import { createFunctionBindings, type FunctionBindings } from '../bindings/function-bindings.ts';
import type { WorkerInit } from '../ipc/messages.ts';
import type { NamedBinding } from '../triggers/trigger.ts';
import type { RegisteredFunction } from './core/function-registry.ts';
import type { FunctionApp, WorkerParts } from './function-app.ts';
import { triggerServices } from './trigger-services.ts';

/** Inputs and outputs by function; one that has neither is absent, so that it pays nothing. */
export type AppBindings = ReadonlyMap<RegisteredFunction, FunctionBindings>;

/** A function whose bindings are wrong is reported; each of its invocations fails with the reason. */
export async function createAppBindings(app: FunctionApp, init: WorkerInit, parts: WorkerParts): Promise<AppBindings> {
  const made = new Map<RegisteredFunction, FunctionBindings>();
  for (const fn of app.registry.all()) {
    const bindings = Object.entries(fn.metadata.bindings).map(([name, binding]) => ({ ...binding, name }));
    if (bindings.every(({ type }) => isOfTheHost(type))) continue;
    made.set(fn, await createOrReport(app, { fn, bindings, init, parts }));
  }
  return made;
}

interface BindingsOf {
  readonly fn: RegisteredFunction;
  readonly bindings: readonly NamedBinding[];
  readonly init: WorkerInit;
  readonly parts: WorkerParts;
}

async function createOrReport(app: FunctionApp, { fn, bindings, init, parts }: BindingsOf): Promise<FunctionBindings> {
  const functionName = fn.metadata.name;
  try {
    const scope = { ...triggerServices(init, parts), functionName, bindings };
    return await createFunctionBindings(scope, await loadBindingKinds());
  } catch (error) {
    const message = `The '${functionName}' function is in error: ${String(error)}`;
    app.log.write({ level: 'error', category: 'system', message });
    const fail = () => Promise.reject(error);
    return { any: true, readInputs: fail, writeOutputs: fail };
  }
}

function isOfTheHost(type: string): boolean {
  return /trigger$/i.test(type) || type.toLowerCase() === 'http';
}

/** The bindings that work on this machine; loaded when the first function needs one. */
async function loadBindingKinds(): Promise<BindingKinds> {
  const [{ queueBinding }, { createCosmosBinding }] = await Promise.all([
    import('../bindings/queue/queue-binding.ts'),
    import('../bindings/cosmos/cosmos-binding.ts'),
  ]);
  return new Map([
    ['queue', queueBinding],
    ['cosmosdb', createCosmosBinding()],
  ]);
}
