/** A pending call that can be taken back. Cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void;
}

/** The only source of time. Real in the composition root; virtual in tests and simulations. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary origin, with fractions; never goes back. For durations only. */
  monotonic(): number;
  /** Calls `callback` once, `delayMs` from now (0 or less: as soon as possible). Does not keep the process alive by itself. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

/** setTimeout's own limit; a longer delay would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: startSystemTimer,
};

/** Resolves after `delayMs` of `clock` time, or rejects with the signal's reason when it is aborted first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    function onAbort(): void {
      timer.cancel();
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function startSystemTimer(delayMs: number, callback: () => void): Timer {
  const dueAt = performance.now() + delayMs;
  let handle = setTimeout(fire, Math.min(delayMs, MAX_DELAY_MS)).unref();
  function fire(): void {
    const remaining = dueAt - performance.now();
    if (remaining > 1) handle = setTimeout(fire, Math.min(remaining, MAX_DELAY_MS)).unref();
    else callback();
  }
  return { cancel: () => clearTimeout(handle) };
}
