import { randomBytes, timingSafeEqual } from 'node:crypto';
import { EndpointValidationError } from '../../shared/domain/errors.ts';
import type { HandshakeLimit } from '../../shared/domain/notifications/handshake-limit.ts';
import type { SubscriptionOwner } from '../../shared/domain/notifications/subscription.ts';
import {
  TIMED_OUT_REASON,
  type WebhookClient,
  type WebhookOutcome,
} from '../../shared/domain/notifications/webhook.ts';

export interface HandshakeDependencies {
  readonly webhooks: WebhookClient;
  readonly handshakeLimit: HandshakeLimit;
  /** A GUID in lower case. */
  newId(): string;
}

/** Graph: "The client must provide a response with the following characteristics within 10 seconds". */
const TIMEOUT_MS = 10_000;
const TOKEN_BYTES = 24;

export interface Handshake {
  readonly urls: readonly string[];
  /** Who wants notifications to be sent there. */
  readonly owner: SubscriptionOwner;
}

/**
 * Asks each endpoint, all at once, whether it wants notifications, by a token that it has to answer with.
 *
 * @throws EndpointValidationError in Graph's words where they are known
 * @throws ThrottledError too many endpoints of the owner did not want to be asked
 */
export async function shakeHands({ urls, owner }: Handshake, dependencies: HandshakeDependencies): Promise<void> {
  await Promise.all([...new Set(urls)].map((url) => validateWithinLimit(url, owner, dependencies)));
}

async function validateWithinLimit(
  url: string,
  owner: SubscriptionOwner,
  dependencies: HandshakeDependencies,
): Promise<void> {
  const attempt = dependencies.handshakeLimit.begin(owner);
  let succeeded = false;
  try {
    await validate(url, dependencies);
    succeeded = true;
  } finally {
    attempt.end(succeeded);
  }
}

async function validate(
  url: string,
  { webhooks, newId }: Pick<HandshakeDependencies, 'webhooks' | 'newId'>,
): Promise<void> {
  const token = newToken(newId());
  const outcome = await webhooks.post({
    url: withToken(url, token),
    contentType: 'text/plain; charset=utf-8',
    body: '',
    timeoutMs: TIMEOUT_MS,
  });
  const problem = problemOf(outcome, token);
  if (problem !== null) throw new EndpointValidationError(problem);
}

/** Graph's looks like this: a receiver that does not decode the URL, or cuts at a space, is found out. Nothing in it is HTML. */
function newToken(id: string): string {
  const secret = randomBytes(TOKEN_BYTES).toString('base64url');
  return `Validation: Testing client application reachability for subscription Request-Id: ${id} ${secret}`;
}

/** What the URL holds already stays as it was written. */
function withToken(url: string, token: string): string {
  const [address = ''] = url.split('#', 1);
  return `${address}${address.includes('?') ? '&' : '?'}validationToken=${encodeURIComponent(token)}`;
}

function problemOf(outcome: WebhookOutcome, token: string): string | null {
  if (outcome.kind === 'forbidden') return `${FAILED} ${outcome.reason}.`;
  if (outcome.kind === 'failed') return outcome.reason === TIMED_OUT_REASON ? TIMED_OUT : UNREACHABLE;
  if (outcome.status !== 200) return `${FAILED} Notification endpoint must respond with 200 OK to validation request.`;
  if (!isPlainText(outcome.contentType)) return `${FAILED} The content type of the response must be text/plain.`;
  return isSame(outcome.body, token) ? null : `${FAILED} Response must exactly match validationToken query parameter.`;
}

const FAILED = 'Subscription validation request failed.';
/** The same for a closed port, another protocol and a wrong certificate: a caller does not learn which ports are open. */
const UNREACHABLE = `${FAILED} The notification endpoint could not be reached over a trusted connection.`;
const TIMED_OUT = 'Subscription validation request timed out.';

function isPlainText(contentType: string | null): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'text/plain';
}

/** In a time that tells nothing of where the two differ. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
