import type { ChangeLog, ItemSelection, LoggedChange } from '../store.ts';
import { OrderedRows } from './ordered-rows.ts';
import type { UndoJournal } from './undo-journal.ts';

/** The changes of one container and physical partition, by LSN; a transactional batch gives several one LSN. */
type Log = OrderedRows<readonly LoggedChange[]>;

export class MemoryChangeLog implements ChangeLog {
  /** By container, then by physical partition. */
  readonly #logs = new Map<number, Map<number, Log>>();
  readonly #journal: UndoJournal;

  constructor(journal: UndoJournal) {
    this.#journal = journal;
  }

  append(change: LoggedChange): void {
    const log = this.#log(change.container, change.range);
    this.#replace(log, change.lsn, [...(log.get(change.lsn) ?? []), change]);
  }

  read(selection: ItemSelection, after: number, limit: number): LoggedChange[] {
    const { container, range, minEpk, maxEpk } = selection;
    const page: LoggedChange[] = [];
    for (const changes of this.#log(container, range).after(after)) {
      if (page.length >= limit) break;
      for (const change of changes)
        if ((minEpk === undefined || change.epk >= minEpk) && (maxEpk === undefined || change.epk < maxEpk))
          page.push(change);
    }
    return page;
  }

  prune(container: number, before: number): void {
    for (const log of this.#logs.get(container)?.values() ?? [])
      for (const changes of [...log.after(0)]) {
        const kept = changes.filter(({ ts }) => ts >= before);
        if (kept.length < changes.length) this.#replace(log, changes[0]?.lsn ?? 0, kept);
      }
  }

  clear(container: number): void {
    this.#journal.delete(this.#logs, container);
  }

  #replace(log: Log, lsn: number, changes: readonly LoggedChange[]): void {
    const before = log.get(lsn) ?? [];
    set(log, lsn, changes);
    this.#journal.add(() => set(log, lsn, before));
  }

  #log(container: number, range: number): Log {
    const ranges = this.#logs.get(container) ?? new Map<number, Log>();
    const log = ranges.get(range) ?? new OrderedRows();
    this.#logs.set(container, ranges.set(range, log));
    return log;
  }
}

function set(log: Log, lsn: number, changes: readonly LoggedChange[]): void {
  if (changes.length === 0) log.delete(lsn);
  else log.set(lsn, changes);
}
