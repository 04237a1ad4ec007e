import type { Log } from '@lazurite/runtime';
import { ConfigError } from '../../../errors.ts';
import { isRecord, type Params, parseJson } from '../../../mcp/json-rpc.ts';
import type { McpCaller } from '../../../mcp/mcp-server.ts';
import type { RpcTypedData } from '../../../protocol/rpc-types.ts';
import { toMetadata } from '../../bindings/binding-data.ts';
import { resolveSettings } from '../../bindings/binding-expression.ts';
import type { NamedBinding } from '../../core/function-trigger.ts';
import type { InvocationOutcome, InvokeTriggered } from '../../invocation/invocation.ts';

/** A function with a trigger of the Model Context Protocol. */
export interface McpFunction {
  readonly name: string;
  readonly binding: NamedBinding;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly invoke: InvokeTriggered;
}

interface McpCall {
  readonly caller: McpCaller;
  /** What the trigger delivers besides the caller: `name` and `arguments`, or `uri`. */
  readonly payload: Params;
  /** What binding expressions can name besides the payload. */
  readonly data: Params;
}

/** What Azure's host logs of a call by an extension that gives no reason. */
const REASON = '(null)';

/**
 * Calls the function as azure-functions-mcp-extension does: the context of the call is JSON text, and its parts are
 * binding data. Never rejects.
 */
export function invokeMcpFunction(
  { invoke }: McpFunction,
  { caller, payload, data }: McpCall,
): Promise<InvocationOutcome> {
  const { sessionId, clientInfo, transport, headers } = caller;
  const context = JSON.stringify({
    ...payload,
    ...(sessionId !== undefined && { sessionid: sessionId }),
    ...(clientInfo !== undefined && { clientinfo: clientInfo }),
    transport: {
      name: transport,
      ...(sessionId !== undefined && { sessionId }),
      properties: { headers },
    },
  });
  const own = { ...data, ...(sessionId !== undefined && { mcpsessionid: sessionId }) };
  return invoke({ input: { string: context }, metadata: toMetadata(own, context), reason: REASON });
}

/** What the function returned. Rejects with what it threw. */
export async function returnedBy(outcome: Promise<InvocationOutcome>): Promise<RpcTypedData | undefined> {
  const ended = await outcome;
  if (!ended.succeeded) throw ended.error;
  return ended.returnValue ?? undefined;
}

/** The arguments of a call as texts, as `JsonElement.ToString` of .NET writes them. */
export function toTexts(args: Params): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, toText(value)]));
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? '' : JSON.stringify(value);
}

/** The names among `required` that have no value in `args`. */
export function missingFrom(args: Params, required: readonly string[]): readonly string[] {
  return required.filter((name) => !Object.hasOwn(args, name) || args[name] === null || args[name] === undefined);
}

/** The text of a value that a function returned. Objects are indented, as Newtonsoft writes them. */
export function textOf(value: RpcTypedData): string {
  if (value.json !== undefined && value.json !== null) return JSON.stringify(JSON.parse(value.json), null, 2);
  if (value.bytes) return Buffer.from(value.bytes).toString('base64');
  return String(value.string ?? value.int ?? value.double ?? '');
}

export function isNothing(value: RpcTypedData | undefined): value is undefined {
  return (
    value === undefined ||
    value.json === 'null' ||
    Object.values(value).every((part) => part === undefined || part === null)
  );
}

/** Reads the properties of a trigger binding. Those that hold JSON are texts, as the library writes them. */
export class McpBindingReader {
  readonly #fn: Pick<McpFunction, 'name' | 'binding' | 'env'>;

  constructor(fn: Pick<McpFunction, 'name' | 'binding' | 'env'>) {
    this.#fn = fn;
  }

  /** A text that is `%NAME%` as a whole is the app setting of that name. Others may hold percent signs. */
  text(property: string): string | undefined {
    const value = this.#fn.binding[property];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw this.fail(property, 'must be text');
    return /^%[^%]+%$/.test(value) ? resolveSettings(value, this.#fn.env) : value;
  }

  requiredText(property: string): string {
    const value = this.text(property);
    if (value === undefined) throw this.fail(property, 'is required');
    return value;
  }

  object(property: string): Params | undefined {
    const value = this.#json(property);
    if (value === undefined || isRecord(value)) return value;
    throw this.fail(property, 'must be a JSON object');
  }

  objects(property: string): readonly Params[] {
    const value = this.#json(property) ?? [];
    if (Array.isArray(value) && value.every(isRecord)) return value;
    throw this.fail(property, 'must be a JSON array of objects');
  }

  flag(property: string): boolean {
    return this.#fn.binding[property] === true;
  }

  fail(property: string, problem: string): ConfigError {
    return new ConfigError(`'${property}' of its ${this.#fn.binding.type} ${problem}`);
  }

  #json(property: string): unknown {
    const value = this.#fn.binding[property];
    if (typeof value !== 'string') return value ?? undefined; // function.json may hold the value itself
    if (value.trim() === '') return undefined;
    const parsed = parseJson(value);
    if (parsed === undefined) throw this.fail(property, 'must be JSON of at most 64 levels');
    return parsed;
  }
}
