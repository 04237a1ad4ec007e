import type { Clock, Timer } from '@lazurite/runtime';

export interface WatchdogOptions {
  readonly clock: Clock;
  /** Resolves when the process has answered. */
  readonly ping: () => Promise<void>;
  /** Called once, when a ping went unanswered for so long. */
  readonly limitMs: number;
  readonly onBlocked: () => void;
}

const MIN_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 30_000;

/** Notices that a process does nothing any more but run a loop. Returns what ends the watch. */
export function watchForBlocking({ clock, ping, limitMs, onBlocked }: WatchdogOptions): () => void {
  const intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, limitMs / 4));
  let timer: Timer | undefined;
  let stopped = false;
  function ask(): void {
    timer = clock.setTimer(limitMs, () => {
      if (!stopped) onBlocked();
    });
    void ping().then(() => {
      timer?.cancel();
      if (!stopped) timer = clock.setTimer(intervalMs, ask);
    });
  }
  ask();
  return () => {
    stopped = true;
    timer?.cancel();
  };
}
