import { silentLog } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { GroupCommit } from './group-commit.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { openDatabase } from './sqlite/open-database.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';

describe('GroupCommit', () => {
  it('write() runs all writes of one turn in one transaction', async () => {
    const store = new MemoryStore();
    const transaction = jest.spyOn(store, 'transaction');
    const commits = new GroupCommit(store, silentLog);
    const numbers = await Promise.all([1, 2, 3].map(() => commits.write(() => store.counters.next('n'))));
    expect(numbers).toEqual([1, 2, 3]);
    expect(transaction).toHaveBeenCalledTimes(1);
  });

  it('write() that is rejected does not affect the others', async () => {
    const store = new MemoryStore();
    const commits = new GroupCommit(store, silentLog);
    const outcomes = await Promise.allSettled([
      commits.write(() => store.counters.next('n')),
      commits.write(() => {
        throw new CosmosError('Conflict', 'no');
      }),
      commits.write(() => store.counters.next('n')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(store.counters.current('n')).toBe(2);
  });

  it('write() that throws another error is undone alone', async () => {
    const store = new MemoryStore();
    const commits = new GroupCommit(store, silentLog);
    const outcomes = await Promise.allSettled([
      commits.write(() => store.counters.next('n')),
      commits.write(() => {
        store.counters.next('n');
        throw new TypeError('a bug');
      }),
      commits.write(() => store.counters.next('n')),
    ]);
    expect(outcomes).toMatchObject([{ value: 1 }, { reason: { message: 'a bug' } }, { value: 2 }]);
    expect(store.counters.current('n')).toBe(2);
  });

  it('writeAtomically() undoes what it wrote before it was rejected', async () => {
    const store = new MemoryStore();
    const commits = new GroupCommit(store, silentLog);
    const outcomes = await Promise.allSettled([
      commits.writeAtomically(() => {
        store.counters.next('n');
        throw new CosmosError('Conflict', 'no');
      }),
      commits.write(() => store.counters.next('n')),
    ]);
    expect(outcomes).toMatchObject([{ reason: { code: 'Conflict' } }, { value: 1 }]);
  });

  it('afterCommit() follows the commit once for each key, and not for what was undone', async () => {
    const store = new MemoryStore();
    const commits = new GroupCommit(store, silentLog);
    const seen: string[] = [];
    const announce = (key: string, text: string) => commits.afterCommit(key, () => seen.push(text));
    await Promise.allSettled([
      commits.write(() => announce('a', 'a1')),
      commits.writeAtomically(() => {
        announce('a', 'undone');
        throw new CosmosError('Conflict', 'no');
      }),
      commits.write(() => announce('b', 'b1')),
      commits.write(() => announce('b', 'b2')),
    ]);
    expect(seen).toEqual(['a1', 'b2']);
    await commits.write(() => store.counters.next('n'));
    expect(seen).toHaveLength(2);
  });

  it('answers 503 for the whole group when the disk is full, and writes again when there is space', async () => {
    const directory = makeDataDirectory();
    const opened = openDatabase(directory.path);
    const { database } = opened;
    const store = new SqliteStore(opened);
    const commits = new GroupCommit(store, silentLog);
    const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
    database.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const outcomes = await Promise.allSettled([1, 2, 3].map((number) => commits.write(() => insert(store, number))));
    expect(outcomes.every((one) => one.status === 'rejected' && one.reason.code === 'ServiceUnavailable')).toBe(true);
    expect(store.items.scan({ container: 1, range: 0 }, 0, 9)).toEqual([]);
    database.exec('PRAGMA max_page_count = 1000000');
    await commits.write(() => insert(store, 4));
    expect(store.items.getByNumber(1, 4)?.lsn).toBe(1);
    store.close();
    directory.remove();
  });
});

function insert(store: SqliteStore, number: number): void {
  const common = { container: 1, epk: '0A', partitionKey: '["p"]', range: 0, ts: 1, etag: '"e"', expiresAt: null };
  const lsn = store.counters.next('lsn');
  store.items.insert({ ...common, id: String(number), number, lsn, body: 'x'.repeat(10_000) });
}
