import { ConfigError } from '../../config/config-error.ts';
import type { RpcInvocationResponse, RpcParameterBinding, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { NamedBinding, TriggerServices } from '../triggers/trigger.ts';
import type { BindingKinds, InputBinding, OutputBinding } from './binding.ts';
import type { BindingContext, BindingData } from './binding-expression.ts';
import { resolveBinding } from './resolve-binding.ts';

/** The inputs and outputs of one function, besides its trigger and its HTTP response. */
export interface FunctionBindings {
  /** False: there is nothing to read or write, so a caller may skip both. */
  readonly any: boolean;
  /** Rejects with what made an input unavailable; the invocation then fails. */
  readInputs(data: BindingData): Promise<readonly RpcParameterBinding[]>;
  /** Writes outputs one after another, in the order of the bindings; rejects with the first failure. */
  writeOutputs(response: RpcInvocationResponse, data: BindingData): Promise<void>;
}

export interface FunctionBindingsScope extends TriggerServices {
  readonly functionName: string;
  /** Triggers and `http` outputs among them are left alone. */
  readonly bindings: readonly NamedBinding[];
}

/** @throws ConfigError for a type or direction that no kind offers, and whatever is wrong with a single binding */
export async function createFunctionBindings(
  scope: FunctionBindingsScope,
  kinds: BindingKinds,
): Promise<FunctionBindings> {
  const inputs: [string, InputBinding][] = [];
  const outputs: [string, OutputBinding][] = [];
  for (const declared of scope.bindings) {
    if (isOfTheHost(declared)) continue;
    const binding = resolveBinding(declared, scope.env);
    const kind = await kinds.get(binding.type.toLowerCase())?.();
    const made = { ...scope, binding };
    const output = binding.direction === 'out' ? await kind?.output?.(made) : undefined;
    const input = binding.direction === 'out' ? undefined : await kind?.input?.(made);
    if (input) inputs.push([binding.name, input]);
    else if (output) outputs.push([binding.name, output]);
    else throw notOffered(binding);
  }
  const contextFor = (data: BindingData): BindingContext => ({ ...scope, data });
  return {
    any: inputs.length > 0 || outputs.length > 0,
    readInputs: (data) => readAll(inputs, contextFor(data)),
    writeOutputs: (response, data) => writeAll(outputs, response, contextFor(data)),
  };
}

function isOfTheHost({ type }: NamedBinding): boolean {
  return /trigger$/i.test(type) || type.toLowerCase() === 'http';
}

function notOffered({ type, direction }: NamedBinding): ConfigError {
  const as = direction === 'out' ? 'an output' : 'an input';
  return new ConfigError(
    `The binding type(s) '${type}' are not registered as ${as}. Please ensure the type is correct and the binding extension is installed.`,
  );
}

function readAll(
  inputs: readonly [string, InputBinding][],
  context: BindingContext,
): Promise<readonly RpcParameterBinding[]> {
  return Promise.all(inputs.map(async ([name, input]) => ({ name, data: await input.read(context) })));
}

async function writeAll(
  outputs: readonly [string, OutputBinding][],
  response: RpcInvocationResponse,
  context: BindingContext,
): Promise<void> {
  for (const [name, output] of outputs) {
    const data =
      name === '$return' ? response.returnValue : response.outputData?.find((item) => item.name === name)?.data;
    if (data && !isNothing(data)) await output.write(data, context);
  }
}

/** A function that sets no output, or sets it to null, writes nothing. */
function isNothing(data: RpcTypedData): boolean {
  return data.json === 'null' || Object.values(data).every((value) => value === undefined || value === null);
}
