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
