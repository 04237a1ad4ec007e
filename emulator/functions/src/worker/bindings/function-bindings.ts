import { BindingNotEmulatedError } from '../../errors.ts';
import type {
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcParameterBinding,
  RpcTypedData,
} from '../../protocol/rpc-types.ts';
import type { FunctionRegistry } from '../core/function-registry.ts';
import { bindingsOf, type NamedBinding } from '../core/function-trigger.ts';
import type { BindingDependencies, BindingKinds, InputBinding, OutputBinding } from './binding.ts';
import { bindingDataOf } from './binding-data.ts';
import { type BindingContext, type BindingData, resolveBinding } from './binding-expression.ts';

/** By function id; a function without inputs and outputs is absent. */
export type BoundFunctions = ReadonlyMap<string, FunctionBindings>;

export interface BindOptions {
  readonly registry: FunctionRegistry;
  readonly dependencies: BindingDependencies;
  readonly kinds: BindingKinds;
  readonly onError: (functionName: string, error: unknown) => void;
}

/** Prepares the bindings of all functions. One whose bindings are not valid is reported, and each of its calls fails. */
export async function bindFunctions({ registry, dependencies, kinds, onError }: BindOptions): Promise<BoundFunctions> {
  const bound = new Map<string, FunctionBindings>();
  for (const fn of registry.all()) {
    const { name: functionName, functionId } = fn.metadata;
    const bindings = await createFunctionBindings(
      { ...dependencies, functionName, bindings: bindingsOf(fn) },
      kinds,
    ).catch((error: unknown) => {
      onError(functionName, error);
      return failingBindings(error);
    });
    if (bindings.any) bound.set(functionId, bindings);
  }
  return bound;
}

function failingBindings(error: unknown): FunctionBindings {
  const fail = () => Promise.reject(error);
  return { any: true, readInputs: fail, writeOutputs: fail };
}

/**
 * Runs an invocation with the function's inputs read before it and its outputs written after it. Rejects, as a failed
 * invocation, when an input cannot be read or an output cannot be written.
 *
 * @param request its first input is the trigger's
 */
export async function runBound(
  bindings: FunctionBindings,
  request: RpcInvocationRequest,
  run: (request: RpcInvocationRequest) => Promise<RpcInvocationResponse>,
): Promise<RpcInvocationResponse> {
  const data = bindingDataOf(request);
  const inputs = await bindings.readInputs(data);
  const response = await run({ ...request, inputData: [...request.inputData, ...inputs] });
  await bindings.writeOutputs(response, data);
  return response;
}

/** The inputs and outputs of one function, besides its trigger and its HTTP response. */
export interface FunctionBindings {
  /** False: the function has neither inputs nor outputs. */
  readonly any: boolean;
  /** Rejects with what made an input unavailable; the invocation then fails. */
  readInputs(data: BindingData): Promise<readonly RpcParameterBinding[]>;
  /** Writes outputs one after another, in the order of the bindings; rejects with the first failure. */
  writeOutputs(response: RpcInvocationResponse, data: BindingData): Promise<void>;
}

export interface FunctionBindingsOptions extends BindingDependencies {
  readonly functionName: string;
  /** Triggers and `http` outputs among them are skipped. */
  readonly bindings: readonly NamedBinding[];
}

/** @throws BindingNotEmulatedError for a type or direction that no kind offers, and whatever is wrong with a single binding */
export async function createFunctionBindings(
  options: FunctionBindingsOptions,
  kinds: BindingKinds,
): Promise<FunctionBindings> {
  const inputs: [string, InputBinding][] = [];
  const outputs: [string, OutputBinding][] = [];
  for (const declared of options.bindings) {
    if (isHostBinding(declared)) continue;
    const binding = resolveBinding(declared, options.env);
    const kind = await kinds.get(binding.type.toLowerCase())?.();
    const context = { ...options, binding };
    const output = binding.direction === 'out' ? await kind?.output?.(context) : undefined;
    const input = binding.direction === 'out' ? undefined : await kind?.input?.(context);
    if (input) inputs.push([binding.name, input]);
    else if (output) outputs.push([binding.name, output]);
    else throw notEmulated(binding);
  }
  const contextFor = (data: BindingData): BindingContext => ({ ...options, data });
  return {
    any: inputs.length > 0 || outputs.length > 0,
    readInputs: (data) => readAll(inputs, contextFor(data)),
    writeOutputs: (response, data) => writeAll(outputs, response, contextFor(data)),
  };
}

function isHostBinding({ type }: NamedBinding): boolean {
  return /trigger$/i.test(type) || type.toLowerCase() === 'http';
}

function notEmulated({ name, type, direction }: NamedBinding): BindingNotEmulatedError {
  const [, service] = SERVICES.find(([pattern]) => pattern.test(type)) ?? [];
  const as = direction === 'out' ? 'output' : 'input';
  const reason = service ? `needs ${service}, which is not emulated` : `is not known to this host as an ${as}`;
  return new BindingNotEmulatedError(
    `The ${as} binding '${name}' of type '${type}' ${reason}. Every call of its function fails`,
  );
}

/** The services behind the binding extensions that Azure has and this host has not. */
const SERVICES: readonly (readonly [RegExp, string])[] = [
  [/^serviceBus$/i, 'Service Bus'],
  [/^eventHub$/i, 'Event Hubs'],
  [/^sql$/i, 'Azure SQL'],
  [/^mysql$/i, 'Azure Database for MySQL'],
  [/^kusto$/i, 'Azure Data Explorer'],
  [/^kafka$/i, 'Kafka'],
  [/^rabbitMQ$/i, 'RabbitMQ'],
  [/^signalR/i, 'SignalR Service'],
  [/^webPubSub/i, 'Web PubSub'],
  [/^sendGrid$/i, 'SendGrid'],
  [/^twilioSms$/i, 'Twilio'],
  [/^dapr/i, 'Dapr'],
  [/^(?:durableClient|orchestrationClient)$/i, 'Durable Functions'],
  [/^(?:assistant|embeddings|semanticSearch|textCompletion)/i, 'Azure OpenAI'],
];

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
