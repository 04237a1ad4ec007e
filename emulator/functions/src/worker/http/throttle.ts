/** Frees the capacity of one request. A second call does nothing. */
export type Release = () => void;

export interface ThrottleSettings {
  /** Requests that run at once; -1: no limit. */
  readonly maxConcurrentRequests: number;
  /** Requests that run or wait; -1: no limit. */
  readonly maxOutstandingRequests: number;
}

export interface Throttle {
  /** Resolves when the request may run; to undefined when too many wait: 429 with TOO_MANY_REQUESTS_HEADERS. */
  enter(): Promise<Release | undefined>;
}

/** HttpThrottleMiddleware of azure-functions-host adds it to its 429. */
export const TOO_MANY_REQUESTS_HEADERS = { 'x-function-scaleout': '1' } as const;

/** Limits requests as host.json's `extensions.http` says. Undefined when there is no limit. */
export function createThrottle(settings: ThrottleSettings): Throttle | undefined {
  const maxRunning = unlimitedIfNegative(settings.maxConcurrentRequests);
  const maxOutstanding = unlimitedIfNegative(settings.maxOutstandingRequests);
  if (maxRunning === Number.POSITIVE_INFINITY && maxOutstanding === Number.POSITIVE_INFINITY) return undefined;
  const waiting: (() => void)[] = [];
  let running = 0;

  function release(): void {
    running--;
    waiting.shift()?.();
  }

  function start(resolve: (release: Release) => void): void {
    running++;
    let released = false;
    resolve(() => {
      if (!released) release();
      released = true;
    });
  }

  return {
    enter: () =>
      new Promise((resolve) => {
        if (running + waiting.length >= maxOutstanding) resolve(undefined);
        else if (running < maxRunning) start(resolve);
        else waiting.push(() => start(resolve));
      }),
  };
}

function unlimitedIfNegative(limit: number): number {
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}
