import type { Randomness } from '@lazurite/runtime';
import type { RpcTraceContext } from '../../protocol/rpc-types.ts';

/** version-traceid-parentid-flags (W3C Trace Context, section 3.2). */
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;
const NO_ATTRIBUTES = Object.freeze({});

/**
 * The trace of one invocation: a new span in the caller's trace when the request names one, else a trace of its own.
 *
 * @param invocationId a UUID; names the span
 */
export function traceContextFor(
  invocationId: string,
  randomness: Randomness,
  caller: { readonly traceparent?: string | undefined; readonly tracestate?: string | undefined } = {},
): RpcTraceContext {
  const spanId = invocationId.slice(0, 8) + invocationId.slice(-8);
  const match = caller.traceparent === undefined ? null : TRACEPARENT.exec(caller.traceparent);
  if (!match) {
    const traceId = randomness.uuid().replaceAll('-', '');
    return { traceParent: `00-${traceId}-${spanId}-00`, traceState: '', attributes: NO_ATTRIBUTES };
  }
  const traceParent = `00-${match[1]}-${spanId}-${match[2]}`;
  return { traceParent, traceState: caller.tracestate ?? '', attributes: NO_ATTRIBUTES };
}
