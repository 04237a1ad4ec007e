import type { Change, ChangeLog, ChangeSelection, LoggedChange } from '../store.ts';
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

  /** In order, for `append`. */
  *all(): Generator<LoggedChange> {
    for (const ranges of this.#logs.values())
      for (const log of ranges.values()) for (const changes of log.after(0)) yield* changes;
  }

  read(selection: ChangeSelection, after: number, limit: number): Change[] {
    const page: Change[] = [];
    for (const changes of this.#log(selection.container, selection.range).after(after)) {
      if (page.length >= limit) break;
      for (const change of changes) if (isSelected(change, selection)) page.push(change);
    }
    return page;
  }

  firstLsn({ container, range }: { readonly container: number; readonly range: number }, since: number) {
    for (const changes of this.#log(container, range).after(0))
      for (const { ts, lsn } of changes) if (ts >= since) return lsn;
    return undefined;
  }

  prune(container: number, before: number): void {
    for (const log of this.#logs.get(container)?.values() ?? [])
      for (const changes of takeWhile(log.after(0), ([first]) => first !== undefined && first.ts < before))
        this.#replace(log, changes[0]?.lsn ?? 0, []);
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

function isSelected(change: LoggedChange, { minEpk = '', maxEpk, since = 0, partitionKey }: ChangeSelection): boolean {
  const { epk, ts } = change;
  if (partitionKey !== undefined && partitionKey !== change.partitionKey) return false;
  return ts >= since && epk >= minEpk && (maxEpk === undefined || epk < maxEpk);
}

/** The first items that are wanted, read before any of them is removed. Changes of one LSN have the same time. */
function takeWhile<T>(all: Iterable<T>, isWanted: (one: T) => boolean): T[] {
  const taken: T[] = [];
  for (const one of all) {
    if (!isWanted(one)) break;
    taken.push(one);
  }
  return taken;
}

function set(log: Log, lsn: number, changes: readonly LoggedChange[]): void {
  if (changes.length === 0) log.delete(lsn);
  else log.set(lsn, changes);
}
