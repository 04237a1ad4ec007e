import type { OutgoingMessage } from '../notification-format.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';

/** What became of a POST. */
export type SendResult =
  | { readonly kind: 'accepted' }
  /** The receiver says that it will never be there again. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs: number | null };

export type SendDependencies = Pick<DeliveryDependencies, 'webhooks' | 'breakers' | 'now'>;

/** Graph: a receiver that needs longer puts notifications in a queue of its own, and answers before that. */
const TIMEOUT_MS = 3_000;

/**
 * Sends a message through the door of its endpoint.
 *
 * @param beforeSending awaited when its turn has come, which can be a while; what it throws is thrown, and nothing is sent
 */
export async function send(
  url: string,
  message: OutgoingMessage,
  ports: SendDependencies,
  beforeSending: () => Promise<void> = async () => undefined,
): Promise<SendResult> {
  const call = await ports.breakers.of(url).acquire();
  if (!call) return { kind: 'refused', reason: 'the endpoint has not answered for a while', retryAfterMs: null };
  const startedAt = ports.now();
  let answered = true;
  try {
    await beforeSending();
    const { contentType, body } = message;
    const outcome = await ports.webhooks.post({ url, contentType, body, timeoutMs: TIMEOUT_MS });
    answered = outcome.kind === 'answered';
    return toResult(outcome);
  } finally {
    call.release({ answered, tookMs: ports.now() - startedAt });
  }
}

function toResult(outcome: Awaited<ReturnType<DeliveryDependencies['webhooks']['post']>>): SendResult {
  if (outcome.kind !== 'answered') return { kind: 'refused', reason: outcome.reason, retryAfterMs: null };
  const { status, retryAfterMs } = outcome;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 410) return { kind: 'gone' };
  return { kind: 'refused', reason: `the endpoint answered ${status}`, retryAfterMs };
}
