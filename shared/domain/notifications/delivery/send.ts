import type { OutgoingMessage } from '../notification-format.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';

/** What became of a POST. */
export type SendResult =
  | { readonly kind: 'accepted' }
  /** The receiver says that it will never be there again. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'rejected'; readonly reason: string; readonly retryAfterMs: number | null };

export type SendDependencies = Pick<DeliveryDependencies, 'webhooks' | 'breakers' | 'now'>;

/** Graph: a receiver that needs longer puts notifications in a queue of its own, and answers before that. */
const TIMEOUT_MS = 3_000;

/**
 * Sends a message through the circuit breaker of its endpoint.
 *
 * @param beforeSending awaited when its turn has come, which can be a while; what it throws is thrown, and nothing is sent
 */
export async function send(
  url: string,
  message: OutgoingMessage,
  dependencies: SendDependencies,
  beforeSending: () => Promise<void> = async () => undefined,
): Promise<SendResult> {
  const call = await dependencies.breakers.of(url).acquire();
  if (!call) return { kind: 'rejected', reason: 'the endpoint has not answered for a while', retryAfterMs: null };
  const startedAt = dependencies.now();
  let answered = true;
  try {
    await beforeSending();
    const { contentType, body } = message;
    const outcome = await dependencies.webhooks.post({ url, contentType, body, timeoutMs: TIMEOUT_MS });
    answered = outcome.kind === 'answered';
    return toResult(outcome);
  } finally {
    call.release({ answered, tookMs: dependencies.now() - startedAt });
  }
}

function toResult(outcome: Awaited<ReturnType<DeliveryDependencies['webhooks']['post']>>): SendResult {
  if (outcome.kind !== 'answered') return { kind: 'rejected', reason: outcome.reason, retryAfterMs: null };
  const { status, retryAfterMs } = outcome;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 410) return { kind: 'gone' };
  return { kind: 'rejected', reason: `the endpoint answered ${status}`, retryAfterMs };
}
