import { UnavailableError } from '../domain/errors.ts';

/** Calls back once after the given milliseconds, unless the returned function was called before. */
export type StartTimer = (milliseconds: number, callback: () => void) => () => void;

/** After this a call counts as failed, whatever the SDK would still try: its own budget for a dead host is minutes. */
export const DEADLINE_MS = 5_000;

/**
 * The signal stops what the SDK still does, so that nothing is written after we answered; the race answers in time
 * even while the SDK waits between two attempts, which the signal does not end.
 */
export async function withinDeadline<T>(startTimer: StartTimer, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const controller = new AbortController();
  const stopTimer = startTimer(DEADLINE_MS, () => {
    reject(new UnavailableError('The store of operations did not answer in time.'));
    controller.abort();
  });
  try {
    return await Promise.race([call(controller.signal), late]);
  } finally {
    stopTimer();
  }
}
