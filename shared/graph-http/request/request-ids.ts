import type { ChangeOrigin } from '../../domain/notifications/operation-change.ts';
import type { Telemetry } from '../../domain/telemetry.ts';

export interface RequestIds {
  /** Ours, a new GUID for every request. */
  readonly requestId: string;
  /** The caller's, where it sent a GUID; otherwise ours. */
  readonly clientRequestId: string;
}

const GUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

export function readRequestIds(clientRequestId: string | null, requestId: string): RequestIds {
  const valid = clientRequestId !== null && GUID.test(clientRequestId);
  return { requestId, clientRequestId: valid ? clientRequestId : requestId };
}

/** W3C Trace Context, section 3.2, version 00; whoever sends all zeros has no trace. */
const TRACEPARENT = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/**
 * What those who learn of a change are told of the request that made it: where it is watched, our own part of its trace
 * rather than the caller's.
 */
export function readOrigin(headers: Pick<Headers, 'get'>, telemetry: Pick<Telemetry, 'traceparent'>): ChangeOrigin {
  const traceparent = headers.get('traceparent');
  const clientRequestId = headers.get('client-request-id');
  return {
    traceparent:
      telemetry.traceparent() ?? (traceparent !== null && TRACEPARENT.test(traceparent) ? traceparent : null),
    clientRequestId: clientRequestId !== null && GUID.test(clientRequestId) ? clientRequestId : null,
  };
}
