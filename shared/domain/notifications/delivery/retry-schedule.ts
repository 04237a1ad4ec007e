/** For how long it is tried, from the first failure on: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks */
export const DEAD_LETTER_AFTER_MS = 4 * 60 * 60_000;

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 10 * 60_000;
/** Part of the delay: those that failed together do not come back together. */
const JITTER = 0.2;

export interface RetryCircumstances {
  /** What the receiver asked for; null: nothing. It cannot ask for more than the longest delay there is. */
  readonly retryAfterMs: number | null;
  /** From 0 to below 1. */
  readonly random: number;
}

/** How long to wait after the given number of failures in a row: 1 s, 2 s, 4 s and so on up to 10 minutes, within a fifth. */
export function delayAfter(attempts: number, { retryAfterMs, random }: RetryCircumstances): number {
  const regular = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
  const jittered = regular * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.min(MAX_DELAY_MS, Math.max(jittered, retryAfterMs ?? 0)));
}
