import type { Clock, Randomness } from '@lazurite/runtime';
import type { RpcInvocationRequest, RpcRetryContext, RpcTraceContext, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';

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
