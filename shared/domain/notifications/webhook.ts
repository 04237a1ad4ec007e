/** What an endpoint answered, or why it did not. */
export type WebhookOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string | null;
      readonly retryAfterMs: number | null;
      /** As far as it came, and no more than 64 KB of it. */
      readonly body: string;
    }
  /** Rejected before anything was sent: a private address, or not https. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  /** No answer in time, no connection, no valid certificate. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface WebhookRequest {
  readonly url: string;
  readonly contentType: string;
  readonly body: string;
  /** For all of it: name, connection, answer. */
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends to addresses that callers gave: follows no redirect, reads no more than 64 KB, reaches no private network. Never rejects. */
export interface WebhookClient {
  post(request: WebhookRequest): Promise<WebhookOutcome>;
}

/** The reason of a failure that is nothing but time that ran out. */
export const TIMED_OUT_REASON = 'The endpoint did not answer in time';
