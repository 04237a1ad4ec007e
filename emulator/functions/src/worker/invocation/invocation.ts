import type { Clock, Randomness } from '@lazurite/runtime';
import type {
  RpcFunctionMetadata,
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcLogCategory,
  RpcLogLevel,
  RpcRetryContext,
  RpcTraceContext,
  RpcTypedData,
} from '../../protocol/rpc-types.ts';
import { type HookData, type Hooks, withReadOnly } from '../core/core-api.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type {
  CoreInvocationContext,
  FunctionCallback,
  InvocationModel,
  InvocationState,
} from '../core/programming-model.ts';
import type { FunctionApp, WorkerDependencies } from './function-app.ts';
import type { InvocationLog, LogOrigin } from './invocation-log.ts';

/** The W3C trace headers of a caller. */
export interface CallerTrace {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

export interface InvocationRequestOptions {
  readonly fn: RegisteredFunction;
  readonly triggerName: string;
  /** The value of the trigger binding. */
  readonly input: RpcTypedData;
  readonly metadata: Readonly<Record<string, RpcTypedData>>;
  /** Absent: the invocation starts a trace. */
  readonly caller?: CallerTrace;
  readonly retryContext?: RpcRetryContext;
}

/** version-traceid-parentid-flags (W3C Trace Context, section 3.2). */
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;
const NO_ATTRIBUTES = Object.freeze({});

/** One invocation with an id of its own, as the host hands it to a worker. */
export function createInvocationRequest(
  { fn, triggerName, input, metadata, caller, retryContext }: InvocationRequestOptions,
  randomness: Randomness,
): RpcInvocationRequest {
  const invocationId = randomness.uuid();
  const request = {
    invocationId,
    functionId: fn.metadata.functionId,
    inputData: [{ name: triggerName, data: input }],
    triggerMetadata: metadata,
    traceContext: createTraceContext(invocationId, randomness, caller),
  };
  return retryContext ? { ...request, retryContext } : request;
}

/** A new span, named by the invocation's UUID: in the caller's trace when there is one, else in a new trace. */
function createTraceContext(invocationId: string, randomness: Randomness, caller: CallerTrace = {}): RpcTraceContext {
  const spanId = invocationId.slice(0, 8) + invocationId.slice(-8);
  const match = caller.traceparent === undefined ? null : TRACEPARENT.exec(caller.traceparent);
  if (!match) {
    const traceId = randomness.uuid().replaceAll('-', '');
    return { traceParent: `00-${traceId}-${spanId}-00`, traceState: '', attributes: NO_ATTRIBUTES };
  }
  const traceParent = `00-${match[1]}-${spanId}-${match[2]}`;
  return { traceParent, traceState: caller.tracestate ?? '', attributes: NO_ATTRIBUTES };
}

/** The entry `sys` of the trigger metadata of every invocation but HTTP's (`SystemBindingData` of the WebJobs SDK). */
export function createSystemData(
  functionName: string,
  { clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness },
): { readonly sys: RpcTypedData } {
  const utcNow = new Date(clock.now()).toISOString();
  return { sys: { json: JSON.stringify({ MethodName: functionName, UtcNow: utcNow, RandGuid: randomness.uuid() }) } };
}

/** One call of a function by its trigger. */
export interface TriggeredInvocation {
  /** The value of the trigger binding. */
  readonly input: RpcTypedData;
  /** Names as the host sends them, in Pascal case. */
  readonly metadata: Readonly<Record<string, RpcTypedData>>;
  /** Why the function runs; the console prints it. */
  readonly reason: string;
  /** Printed on a second line of the console. */
  readonly details?: string;
  readonly retryContext?: RpcRetryContext;
}

export type InvocationOutcome =
  | { readonly succeeded: true; readonly returnValue?: RpcTypedData | null | undefined }
  | { readonly succeeded: false; readonly error: unknown };

/** Runs a function with its bindings and hooks, and reports it. Never rejects. */
export type InvokeTriggered = (invocation: TriggeredInvocation) => Promise<InvocationOutcome>;

interface TriggeredInvoker {
  /** Runs and reports an invocation: the `Invoker`. */
  readonly invoker: {
    invoke(
      fn: RegisteredFunction,
      request: RpcInvocationRequest,
      options: Pick<TriggeredInvocation, 'reason' | 'details'>,
    ): Promise<Pick<RpcInvocationResponse, 'returnValue'>>;
  };
  readonly dependencies: Pick<WorkerDependencies, 'clock' | 'randomness'>;
}

/** Returns the function by which the trigger named `triggerName` calls `fn`. */
export function invokeFromTrigger(
  { invoker, dependencies }: TriggeredInvoker,
  fn: RegisteredFunction,
  triggerName: string,
): InvokeTriggered {
  return async ({ input, metadata: own, reason, details, retryContext }) => {
    const metadata = { ...own, ...createSystemData(fn.metadata.name, dependencies) };
    const request = createInvocationRequest(
      { fn, triggerName, input, metadata, ...(retryContext && { retryContext }) },
      dependencies.randomness,
    );
    try {
      const { returnValue } = await invoker.invoke(fn, request, { reason, ...(details && { details }) });
      return { succeeded: true, returnValue };
    } catch (error) {
      return { succeeded: false, error };
    }
  };
}

/** Maps what user code returned, before the library turns it into a response. */
export type ResultMapper = (result: unknown) => unknown;

/**
 * Runs one invocation through the app's programming model, with the app's hooks around it, in the order of
 * azure-functions-nodejs-worker `InvocationHandler.ts`. Rejects with what user code, a hook or the library threw.
 */
export async function runInvocation(
  fn: RegisteredFunction,
  request: RpcInvocationRequest,
  app: Omit<FunctionApp, 'registry'>,
  mapResult?: ResultMapper,
): Promise<RpcInvocationResponse> {
  const core = new InvocationContext(fn.metadata, request, app.log);
  const model = app.models.get().getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  core.context = context;
  const run = { core, model, hooks: app.hooks };
  const hooked = app.hooks.has('preInvocation') || app.hooks.has('postInvocation');
  const result = hooked
    ? await runHooked(run, inputs, fn.callback)
    : await model.invokeFunction(context, inputs, fn.callback);
  return model.getResponse(context, mapResult ? mapResult(result) : result);
}

class InvocationContext implements CoreInvocationContext, LogOrigin {
  readonly metadata: RpcFunctionMetadata;
  readonly request: RpcInvocationRequest;
  readonly invocationId: string;
  state: InvocationState = 'invocation';
  /** The `InvocationContext` of the programming model. */
  context: unknown;
  readonly hookData: HookData = {};
  readonly #log: InvocationLog;

  constructor(metadata: RpcFunctionMetadata, request: RpcInvocationRequest, log: InvocationLog) {
    this.metadata = metadata;
    this.request = request;
    this.invocationId = request.invocationId;
    this.#log = log;
  }

  get functionName(): string {
    return this.metadata.name;
  }

  log(level: RpcLogLevel, category: RpcLogCategory, message: string): void {
    this.#log.write({ level, category, message }, this);
  }
}

interface Run {
  readonly core: InvocationContext;
  readonly model: InvocationModel;
  readonly hooks: Hooks;
}

async function runHooked(run: Run, inputs: unknown[], functionCallback: FunctionCallback): Promise<unknown> {
  const { core, model, hooks } = run;
  const before = readOnlyBase({ inputs, functionCallback }, run);
  core.state = 'preInvocationHooks';
  await hooks.run('preInvocation', before);
  core.state = 'invocation';
  const after = readOnlyBase({ inputs: before.inputs, result: null as unknown, error: null as unknown }, run);
  try {
    after.result = await model.invokeFunction(core.context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  core.state = 'postInvocationHooks';
  await hooks.run('postInvocation', after);
  // A hook may swallow the failure by clearing it.
  if (after.error !== null && after.error !== undefined) throw after.error;
  return after.result;
}

function readOnlyBase<T extends object>(context: T, { core, hooks }: Run): T {
  return withReadOnly(context, {
    hookData: core.hookData,
    appHookData: hooks.appHookData,
    invocationContext: core.context,
  });
}
