import { type Clock, type Randomness, sleep } from '@lazurite/runtime';
import type { RetryPolicy } from '../../config/host-settings.ts';
import { messageOf } from '../../errors.ts';
import type { RpcDuration, RpcRetryOptions } from '../../protocol/rpc-types.ts';
import type { InvokeTriggered } from '../invocation/invocation.ts';

/** The variation of exponential delays in either direction (RandomizedExponentialBackoffStrategy of the WebJobs SDK). */
const JITTER = 0.2;

export interface RetryDependencies {
  readonly clock: Clock;
  readonly random: Randomness;
  /** Aborts the wait for the next attempt; the last outcome is then final. */
  readonly signal?: AbortSignal;
}

/**
 * Repeats a failed invocation as the policy says. Each attempt is an invocation of its own with its retry context. The
 * attempts are counted in memory, as in Azure's host.
 */
export function withRetries(
  invoke: InvokeTriggered,
  policy: RetryPolicy,
  dependencies: RetryDependencies,
): InvokeTriggered {
  return async (invocation) => {
    let outcome = await invoke(invocation);
    const { maxRetryCount } = policy;
    for (let retryCount = 1; maxRetryCount < 0 || retryCount <= maxRetryCount; retryCount++) {
      if (outcome.succeeded || !(await waitFor(policy, retryCount, dependencies))) return outcome;
      const retryContext = { retryCount, maxRetryCount, exception: { message: messageOf(outcome.error) } };
      outcome = await invoke({ ...invocation, retryContext });
    }
    return outcome;
  };
}

/** False when the host stops first. */
async function waitFor(
  policy: RetryPolicy,
  retryCount: number,
  { clock, random, signal }: RetryDependencies,
): Promise<boolean> {
  return sleep(clock, retryDelay(policy, retryCount, random), signal).then(
    () => true,
    () => false,
  );
}

/** Milliseconds before retry number `retryCount`, which starts at 1. */
export function retryDelay(policy: RetryPolicy, retryCount: number, random: Randomness): number {
  if (policy.strategy === 'fixedDelay') return policy.delayMs;
  const jitter = 1 - JITTER + 2 * JITTER * random.fraction();
  const delay = policy.minimumMs * 2 ** Math.min(retryCount - 1, 30) * jitter;
  return Math.min(policy.maximumMs, Math.max(policy.minimumMs, delay));
}

/** The policy that a function registered; undefined when it has none. */
export function toRetryPolicy(options: RpcRetryOptions | undefined): RetryPolicy | undefined {
  if (!options) return undefined;
  const { maxRetryCount } = options;
  if (options.retryStrategy === 'fixedDelay') {
    return { strategy: 'fixedDelay', maxRetryCount, delayMs: toMs(options.delayInterval) };
  }
  const minimumMs = toMs(options.minimumInterval);
  return { strategy: 'exponentialBackoff', maxRetryCount, minimumMs, maximumMs: toMs(options.maximumInterval) };
}

/** The policy of a function.json, as a programming model gives it. */
export function toRetryOptions(policy: RetryPolicy): RpcRetryOptions {
  const { maxRetryCount } = policy;
  if (policy.strategy === 'fixedDelay') {
    return { retryStrategy: 'fixedDelay', maxRetryCount, delayInterval: toDuration(policy.delayMs) };
  }
  return {
    retryStrategy: 'exponentialBackoff',
    maxRetryCount,
    minimumInterval: toDuration(policy.minimumMs),
    maximumInterval: toDuration(policy.maximumMs),
  };
}

function toDuration(milliseconds: number): RpcDuration {
  return { seconds: Math.floor(milliseconds / 1_000), nanos: Math.round((milliseconds % 1_000) * 1_000_000) };
}

/** Milliseconds. */
export function toMs(duration: RpcDuration | null | undefined): number {
  return (duration?.seconds ?? 0) * 1_000 + (duration?.nanos ?? 0) / 1_000_000;
}
