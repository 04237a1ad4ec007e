import type { Clock, Closeable, Log, Timer } from '@lazurite/runtime';
import { type Account, nowInSeconds } from '../../account/account.ts';
import { SpaceReclaimer } from '../../store/reclaim-space.ts';
import { startOfRetention } from './change-log.ts';
import { ItemTransaction } from './item-transaction.ts';

/** Reads never show expired items, so the sweep only frees space and is not urgent. */
const SWEEP_INTERVAL_MS = 60_000;
/** How many items one group of writes removes. A small number, because requests wait for it. */
const SWEEP_BATCH = 500;

/** Removes up to 500 expired items and returns how many there were. */
export function sweepExpiredItems(account: Account): Promise<number> {
  return account.commits.write(() => {
    const expired = account.store.items.expired(nowInSeconds(account), SWEEP_BATCH);
    for (const item of expired) {
      const container = account.catalog.containerByNumber(item.container);
      // An LSN for each, so that the pages of a change feed stay small.
      if (container) new ItemTransaction(account, container).expire(item);
    }
    return expired.length;
  });
}

/** Removes every expired item. */
export async function sweepAllExpiredItems(account: Account): Promise<void> {
  let removed = SWEEP_BATCH;
  while (removed === SWEEP_BATCH) removed = await sweepExpiredItems(account);
}

/** Removes the changes that the feeds of all versions and deletes keep no longer, also where nothing is written. */
export function pruneChangeLogs(account: Account): Promise<void> {
  return account.commits.write(() => {
    const now = nowInSeconds(account);
    for (const container of account.catalog.allContainers())
      if (container.keepsAllVersions) account.store.changeLog.prune(container.number, startOfRetention(container, now));
  });
}

/** Sweeps once a minute of the clock, until closed, and gives back the room of what is gone. */
export function startSweeping(account: Account, clock: Clock, log: Log): Closeable {
  let running = Promise.resolve();
  let closed = false;
  const reclaimer = new SpaceReclaimer(account, log);
  let timer = schedule();

  function schedule(): Timer {
    return clock.setTimer(SWEEP_INTERVAL_MS, () => {
      running = sweep().catch((error: unknown) => log.warn({ err: error }, 'Expired items could not be removed'));
      void running.then(() => {
        if (!closed) timer = schedule();
      });
    });
  }

  async function sweep(): Promise<void> {
    await sweepAllExpiredItems(account);
    await pruneChangeLogs(account);
    await reclaimer.reclaim();
  }

  return {
    close: async () => {
      closed = true;
      timer.cancel();
      await running;
    },
  };
}
