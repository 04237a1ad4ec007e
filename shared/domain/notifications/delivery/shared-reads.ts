import type { ChangeLog, ChangePage } from '../change-log.ts';
import { scopeOf } from '../subscription.ts';

/**
 * A log in which those who ask for the same page in the same moment share one read: subscriptions of one chat, when it
 * changes. Nobody joins a read that has begun, for it may have missed the change that woke them up.
 *
 * @param soon calls back once what is going on now is over
 */
export function withSharedReads(log: ChangeLog, soon: (callback: () => void) => void): ChangeLog {
  const waiting = new Map<string, Promise<ChangePage>>();
  return {
    end: (watched) => log.end(watched),
    read: (watched, place, limit) => {
      const key = JSON.stringify([scopeOf(watched), place, limit]);
      const joined = waiting.get(key);
      if (joined) return joined;
      const { promise, resolve } = Promise.withResolvers<ChangePage>();
      waiting.set(key, promise);
      soon(() => {
        waiting.delete(key);
        resolve(log.read(watched, place, limit));
      });
      return promise;
    },
  };
}
