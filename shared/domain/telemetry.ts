/** What tells one request from all others, for its caller and for us. */
export interface RequestIdentity {
  readonly requestId: string;
  readonly clientRequestId: string;
}

/** One request to the store of operations; one that is tried again is another. */
export interface StoreCall {
  /** As the semantic conventions for Cosmos DB have it: `create_item`, `query_items`. */
  readonly operation: string;
  readonly endpoint: string;
  /** Null: the call is about the account, or about databases. */
  readonly database: string | null;
  readonly container: string | null;
}

export interface StoreOutcome {
  /** HTTP status; null: there was no answer. */
  readonly status: number | null;
  readonly substatus: number | null;
  /** In request units. */
  readonly charge: number;
}

/**
 * Watches what the app does. Nothing of it throws, or waits for whom it tells; it is never given tokens, bodies or
 * messages of errors.
 */
export interface Telemetry {
  /** Does the work of a request, so that everything in it is known by the request's ids. One of a batch is within another. */
  inRequest<T>(ids: RequestIdentity, work: () => Promise<T>): Promise<T>;
  /** Does one request to the store; `ended` is called with how it went, also where it failed. */
  storeCall<T>(call: StoreCall, work: (ended: (outcome: StoreOutcome) => void) => Promise<T>): Promise<T>;
  /** W3C trace context of what runs now, to be kept beside what others will do because of it; null: nobody watches. */
  traceparent(): string | null;
  /** Sends a notification, which comes of the changes made in these contexts; any outcome but `accepted` is a failure. */
  notification<T extends { readonly kind: string }>(
    origins: readonly (string | null)[],
    work: () => Promise<T>,
  ): Promise<T>;
  /** A receiver has taken a notification, so long after the change that it is about. */
  notificationDelivered(delayMs: number): void;
}
