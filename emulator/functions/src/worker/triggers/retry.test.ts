import { seededRandomness, VirtualClock } from '@lazurite/runtime';
import type { RetryPolicy } from '../../config/host-settings.ts';
import type { TriggeredInvocation } from '../invocation/invocation.ts';
import { retryDelay, toRetryOptions, toRetryPolicy, withRetries } from './retry.ts';

const invocation: TriggeredInvocation = { input: { string: 'x' }, metadata: {}, reason: 'test' };
const random = seededRandomness(1);

function failing(times: number) {
  const seen: TriggeredInvocation['retryContext'][] = [];
  const invoke = async ({ retryContext }: TriggeredInvocation) => {
    seen.push(retryContext);
    return seen.length <= times
      ? ({ succeeded: false, error: new Error('no') } as const)
      : ({ succeeded: true } as const);
  };
  return { seen, invoke };
}

describe('withRetries()', () => {
  test('repeats after the fixed delay, with the retry context, until the function succeeds', async () => {
    const clock = new VirtualClock();
    const { seen, invoke } = failing(2);
    const policy: RetryPolicy = { strategy: 'fixedDelay', maxRetryCount: 5, delayMs: 1_000 };
    const outcome = withRetries(invoke, policy, { clock, random })(invocation);
    await clock.advance(0);
    await clock.advance(1_999);
    expect(seen).toHaveLength(2);
    await clock.advance(1);
    expect(await outcome).toEqual({ succeeded: true });
    expect(seen).toEqual([
      undefined,
      { retryCount: 1, maxRetryCount: 5, exception: { message: 'no' } },
      { retryCount: 2, maxRetryCount: 5, exception: { message: 'no' } },
    ]);
  });

  test('gives up after maxRetryCount retries with the last failure', async () => {
    const clock = new VirtualClock();
    const { seen, invoke } = failing(9);
    const policy: RetryPolicy = { strategy: 'fixedDelay', maxRetryCount: 2, delayMs: 0 };
    const outcome = withRetries(invoke, policy, { clock, random })(invocation);
    await clock.advance(1);
    await clock.advance(1);
    expect((await outcome).succeeded).toBe(false);
    expect(seen).toHaveLength(3);
  });

  test('repeats for ever with -1, and stops waiting when the host stops', async () => {
    const clock = new VirtualClock();
    const { seen, invoke } = failing(1_000);
    const stop = new AbortController();
    const policy: RetryPolicy = { strategy: 'fixedDelay', maxRetryCount: -1, delayMs: 10 };
    const outcome = withRetries(invoke, policy, { clock, random, signal: stop.signal })(invocation);
    await clock.advance(0);
    await clock.advance(500);
    expect(seen).toHaveLength(51);
    stop.abort();
    expect((await outcome).succeeded).toBe(false);
  });
});

test('retryDelay() doubles from the minimum, within 20 % and the maximum', () => {
  const policy: RetryPolicy = { strategy: 'exponentialBackoff', maxRetryCount: 9, minimumMs: 1_000, maximumMs: 5_000 };
  for (const [count, base] of [1_000, 2_000, 4_000, 8_000].entries()) {
    const delay = retryDelay(policy, count + 1, random);
    expect(delay).toBeGreaterThanOrEqual(Math.min(5_000, Math.max(1_000, base * 0.8)));
    expect(delay).toBeLessThanOrEqual(Math.min(5_000, base * 1.2));
  }
  expect(retryDelay(policy, 2_000, random)).toBe(5_000);
});

test('toRetryPolicy() reads what the library registers', () => {
  expect(toRetryPolicy(undefined)).toBeUndefined();
  expect(
    toRetryPolicy({ retryStrategy: 'fixedDelay', maxRetryCount: 1, delayInterval: { seconds: 2, nanos: 5e8 } }),
  ).toEqual({
    strategy: 'fixedDelay',
    maxRetryCount: 1,
    delayMs: 2_500,
  });
});

test.each<RetryPolicy>([
  { strategy: 'fixedDelay', maxRetryCount: 3, delayMs: 1_500 },
  { strategy: 'exponentialBackoff', maxRetryCount: -1, minimumMs: 250, maximumMs: 90_000 },
])('toRetryOptions() gives %j in the form that toRetryPolicy() reads', (policy) => {
  expect(toRetryPolicy(toRetryOptions(policy))).toEqual(policy);
});
