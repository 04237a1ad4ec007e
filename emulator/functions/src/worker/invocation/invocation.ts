import type {
  RpcFunctionMetadata,
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcLogCategory,
  RpcLogLevel,
} from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { type HookData, type Hooks, withReadOnly } from '../core/hooks.ts';
import type {
  CoreInvocationContext,
  FunctionCallback,
  InvocationModel,
  InvocationState,
} from '../core/programming-model.ts';
import type { FunctionApp } from './function-app.ts';
import type { InvocationLog, LogOrigin } from './invocation-log.ts';

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
