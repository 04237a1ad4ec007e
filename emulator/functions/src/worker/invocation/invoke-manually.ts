import { describeThrown } from '../../errors.ts';
import type { InvokeOutcome, WorkerInit } from '../../protocol/messages.ts';
import type { BindingInfo, RpcHttpData, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { isHttpTrigger, methodsOf, routeOf, triggerOf } from '../core/function-trigger.ts';
import type { FunctionApp, WorkerDependencies } from './function-app.ts';
import { createInvocationRequest, createSystemData } from './invocation.ts';
import type { Invoker } from './invoker.ts';

export interface ManualInvoker {
  readonly app: FunctionApp;
  readonly init: Pick<WorkerInit, 'settings'>;
  readonly invoker: Invoker;
  readonly dependencies: WorkerDependencies;
}

/** The reason that Azure's host gives for a function that the admin API called. */
const REASON = 'This function was programmatically called via the host APIs.';

/**
 * Calls a function by name with the text its trigger would have delivered, as `POST /admin/functions/{name}` does.
 * Never rejects.
 *
 * @param input null: no payload
 */
export async function invokeManually(
  { app, init, invoker, dependencies }: ManualInvoker,
  functionName: string,
  input: string | null,
): Promise<InvokeOutcome> {
  const fn = app.registry.find(functionName);
  const trigger = fn && triggerOf(fn);
  if (!fn || !trigger) return { status: 'not-found', logs: [] };
  const data = toTriggerInput(fn, trigger, { input, routePrefix: init.settings.http.routePrefix });
  const metadata = createSystemData(functionName, dependencies);
  const request = createInvocationRequest(
    { fn, triggerName: trigger.name, input: data, metadata },
    dependencies.randomness,
  );
  const { invocationId } = request;
  app.log.collect(invocationId);
  try {
    const response = await invoker.invoke(fn, request, { reason: REASON });
    const outputs = (response.outputData ?? []).map(({ name, data: value }) => [name, fromTypedData(value)]);
    return {
      status: 'succeeded',
      result: fromTypedData(response.returnValue),
      outputs: Object.fromEntries(outputs),
      logs: app.log.collected(invocationId),
    };
  } catch (error) {
    return { status: 'failed', error: describeThrown(error), logs: app.log.collected(invocationId) };
  }
}

function toTriggerInput(
  fn: RegisteredFunction,
  trigger: BindingInfo,
  { input, routePrefix }: { readonly input: string | null; readonly routePrefix: string },
): RpcTypedData {
  if (isHttpTrigger(trigger)) return toHttpInput(fn, trigger, input, routePrefix);
  const isTimer = trigger.type.toLowerCase() === 'timertrigger';
  return isTimer && !input?.trimStart().startsWith('{') ? TIMER_INPUT : { string: input ?? '' };
}

const NEVER = '0001-01-01T00:00:00';
/** Of a timer that has not fired yet. Azure's host makes it up as well, whatever the caller sends (`TimerTriggerBinding.cs`). */
const TIMER_INPUT: RpcTypedData = {
  json: JSON.stringify({
    Schedule: { AdjustForDST: true },
    ScheduleStatus: { Last: NEVER, Next: NEVER, LastUpdated: NEVER },
    IsPastDue: false,
  }),
};

/**
 * An HTTP function that is invoked manually gets a request to its own route, or to `http://localhost/` where the route has
 * parameters, which nobody has given.
 */
function toHttpInput(fn: RegisteredFunction, trigger: BindingInfo, input: string | null, prefix: string): RpcTypedData {
  const method = methodsOf(trigger).includes('POST') ? 'POST' : (methodsOf(trigger)[0] ?? 'POST');
  const route = routeOf(fn, trigger, prefix);
  const url = `http://localhost/${route.includes('{') ? '' : route}`;
  const http = { method, url, headers: {}, query: {}, params: {} };
  return { http: input === null ? http : { ...http, body: { bytes: Buffer.from(input) } } };
}

function fromTypedData(data: RpcTypedData | null | undefined): unknown {
  if (!data) return null;
  if (data.json !== undefined && data.json !== null) return JSON.parse(data.json);
  if (data.http) return fromHttp(data.http);
  return data.string ?? data.int ?? data.double ?? data.bytes ?? null;
}

function fromHttp({ statusCode, headers, body }: RpcHttpData): object {
  const content = fromTypedData(body);
  const text = content instanceof Uint8Array ? Buffer.from(content).toString() : content;
  return { status: Number(statusCode || 200), headers: headers ?? {}, body: text };
}
