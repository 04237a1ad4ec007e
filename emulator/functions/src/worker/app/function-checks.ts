import { isObject } from '../../config/config-reader.ts';
import { FunctionsHostError } from '../../errors.ts';
import type { RpcRetryOptions } from '../../protocol/rpc-types.ts';
import type { NamedBinding } from '../core/function-trigger.ts';
import { toMs } from '../triggers/retry.ts';

/** Azure's host rejects the function when it indexes the app. The messages are those of Azure's host. */
export class IndexingError extends FunctionsHostError {
  constructor(message: string) {
    super('InvalidRegistration', message);
  }
}

/** Utility.cs of azure-functions-host. */
const FUNCTION_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,127}$/;
/** Earlier versions of the host reject underscores, later ones accept them. */
const BINDING_NAME = /^(?:[a-zA-Z_][a-zA-Z0-9_]{0,127}|\$return)$/;

/** @throws IndexingError */
export function assertFunctionName(name: string): void {
  if (FUNCTION_NAME.test(name) && name.toLowerCase() !== 'host') return;
  throw new IndexingError(
    `'${name}' is not a valid function name. It must start with a letter, hold only letters, digits, '_' and '-', be at most 128 characters long, and must not be 'host'`,
  );
}

/** Checks the bindings of one function, as declared: `FunctionDescriptorProvider.ValidateFunction`. @throws IndexingError */
export function assertValidBindings(bindings: readonly unknown[]): asserts bindings is readonly NamedBinding[] {
  if (bindings.length === 0) throw new IndexingError('At least one binding must be declared.');
  const names = new Set<string>();
  for (const binding of bindings) {
    const name = assertBinding(isObject(binding) ? binding : {});
    if (names.has(name.toLowerCase())) {
      throw new IndexingError(`Multiple bindings with name '${name}' discovered. Binding names must be unique.`);
    }
    names.add(name.toLowerCase());
  }
  const triggers = bindings.filter((binding) => isObject(binding) && isTrigger(binding));
  if (triggers.length > 1) {
    throw new IndexingError('Multiple trigger bindings defined. A function can only have a single trigger binding.');
  }
  if (triggers.length === 0) {
    throw new IndexingError('No trigger binding specified. A function must have a trigger input binding.');
  }
}

/** `Utility.ValidateRetryOptions`: the policy of a function that the app registered in code. @throws IndexingError */
export function assertRetry(retry: RpcRetryOptions | undefined): void {
  if (!retry) return;
  const { maxRetryCount, retryStrategy, delayInterval, minimumInterval, maximumInterval } = retry;
  if (!Number.isInteger(maxRetryCount) || maxRetryCount < -1) {
    throw new IndexingError(`The retry policy is not valid: maxRetryCount is ${maxRetryCount}, and must be -1 or more`);
  }
  const delays = retryStrategy === 'fixedDelay' ? [delayInterval] : [minimumInterval, maximumInterval];
  const [shortest, longest = shortest] = delays.map((delay) => (delay ? toMs(delay) : Number.NaN));
  if (shortest === undefined || longest === undefined || !(shortest >= 0 && shortest <= longest)) {
    const expected =
      retryStrategy === 'fixedDelay'
        ? 'a delayInterval'
        : 'a minimumInterval that is no longer than its maximumInterval';
    throw new IndexingError(`The retry policy is not valid: ${retryStrategy} needs ${expected}, of 0 or more`);
  }
}

interface DeclaredBinding {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly direction?: unknown;
  readonly dataType?: unknown;
  readonly cardinality?: unknown;
}

const DIRECTIONS = /^(?:in|out|inout|\d+)$/i;
/** The properties of any binding that are enums in Azure's host (`BindingMetadata`), which reads numbers as well. */
const ENUMS = {
  dataType: { type: 'DataType', words: /^(?:string|binary|stream|HttpRequestMessage|HttpResponseMessage|\d+)$/i },
  cardinality: { type: 'Cardinality', words: /^(?:one|many|\d+)$/i },
} as const;

/** `BindingMetadata.Create`. The second message is that of Newtonsoft.Json. */
function assertEnums(binding: DeclaredBinding): void {
  const { direction } = binding;
  if (isGiven(direction) && !DIRECTIONS.test(String(direction))) {
    throw new IndexingError(`'${direction}' is not a valid binding direction.`);
  }
  for (const name of ['dataType', 'cardinality'] as const) {
    const { type, words } = ENUMS[name];
    const value = binding[name];
    if (!isGiven(value) || words.test(String(value))) continue;
    const full = `System.Nullable\`1[Microsoft.Azure.WebJobs.Script.Description.${type}]`;
    throw new IndexingError(`Error converting value ${JSON.stringify(value)} to type '${full}'. Path '${name}'.`);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Returns the binding's name. */
function assertBinding(binding: DeclaredBinding): string {
  const { name, type, direction } = binding;
  assertEnums(binding);
  if (typeof name !== 'string' || !BINDING_NAME.test(name)) {
    throw new IndexingError(
      `The binding name ${String(name ?? '')} is invalid. Please assign a valid name to the binding.`,
    );
  }
  if (name === '$return' && !isOut(direction)) {
    throw new IndexingError("$return bindings must specify a direction of 'out'.");
  }
  if (typeof type === 'string' && type !== '') return name;
  throw new IndexingError(`Binding '${name}' is invalid. Bindings must specify a Type.`);
}

function isTrigger({ type, direction }: DeclaredBinding): boolean {
  return /trigger$/i.test(String(type)) && !isOut(direction);
}

function isOut(direction: unknown): boolean {
  return String(direction).toLowerCase() === 'out';
}
