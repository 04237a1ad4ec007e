import { describeThrown } from '../../errors.ts';
import type { InvokeOutcome } from '../../protocol/messages.ts';
import type { BindingInfo, RpcHttpData, RpcInvocationRequest, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { FunctionApp, WorkerParts } from '../app/function-app.ts';
import { isHttpTrigger, methodsOf, triggerOf } from '../app/function-info.ts';
import type { Invoker } from './invoker.ts';
import { systemData } from './system-data.ts';
import { traceContextFor } from './trace-context.ts';

interface ByHandScope {
  readonly app: FunctionApp;
  readonly invoker: Invoker;
  readonly parts: WorkerParts;
}

/** What the console says of a function that the admin API called. */
const REASON = 'This function was programmatically called via the host APIs.';

/**
 * Calls a function by name with the text its trigger would have delivered, as `POST /admin/functions/{name}` does.
 * Null: no payload.
 */
export async function invokeByHand(
  { app, invoker, parts }: ByHandScope,
  functionName: string,
  input: string | null,
): Promise<InvokeOutcome> {
  const fn = app.registry.find(functionName);
  const trigger = fn && triggerOf(fn);
  if (!fn || !trigger) return { status: 'not-found' };
  const invocationId = parts.randomness.uuid();
  const request: RpcInvocationRequest = {
    invocationId,
    functionId: fn.metadata.functionId,
    inputData: [
      { name: trigger.name, data: isHttpTrigger(trigger) ? toHttpInput(trigger, input) : { string: input ?? '' } },
    ],
    triggerMetadata: systemData(functionName, parts),
    traceContext: traceContextFor(invocationId, parts.randomness),
  };
  app.log.collect(invocationId);
  try {
    const response = await invoker.invoke(fn, request, { reason: REASON });
    const outputs = (response.outputData ?? []).map(({ name, data }) => [name, fromTypedData(data)]);
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

/** An HTTP function that is called by hand sees a request to no address in particular. */
function toHttpInput(trigger: BindingInfo, input: string | null): RpcTypedData {
  const method = methodsOf(trigger).includes('POST') ? 'POST' : (methodsOf(trigger)[0] ?? 'POST');
  const http = { method, url: 'http://localhost/', headers: {}, query: {}, params: {} };
  return { http: input === null ? http : { ...http, body: { bytes: Buffer.from(input) } } };
}

/** The value that the worker's side put in; bytes stay bytes. */
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
