import { testQueries } from '../../testing/query-conformance.ts';
import { testStore } from '../../testing/store-conformance.ts';
import type { StoredItem } from '../store.ts';
import { MemoryStore } from './memory-store.ts';

describe('MemoryStore', () => {
  testStore(() => new MemoryStore());
  testQueries(() => new MemoryStore());

  it('restore() brings back items, counters, resources, unique keys and changes, as often as it is called', () => {
    const store = new MemoryStore();
    for (let number = 1; number <= 5; number++) write(store, number);
    const before = store.image();
    const checkpoint = store.checkpoint();
    for (let round = 0; round < 3; round++) {
      for (let number = 6; number <= 200; number++) write(store, number);
      store.transaction(() => store.items.delete(itemOf(3)));
      store.transaction(() => store.items.update(itemOf(2, { lsn: 300, body: '{"new":true}' })));
      store.transaction(() => store.resources.delete('rid 4'));
      store.transaction(() => store.uniqueKeys.release(1, 5));
      expect(store.items.usage(1).count).toBe(199);
      expect(store.restore(checkpoint)).toBe(true);
      expect(sorted(store)).toEqual(sorted(MemoryStore.of(before)));
    }
    expect(store.resources.list('k', '').map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5']);
    expect(store.items.changes({ container: 1, range: 0, now: 0 }, 0, 10).map(({ lsn }) => lsn)).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  it('restore() discards later checkpoints, and release() frees what is kept for one', () => {
    const store = new MemoryStore();
    const first = store.checkpoint();
    write(store, 1);
    const second = store.checkpoint();
    write(store, 2);
    expect([store.restore(first), store.restore(second), store.items.usage(1).count]).toEqual([true, false, 0]);
    write(store, 1);
    store.release(first);
    expect([store.restore(first), store.items.usage(1).count]).toEqual([false, 1]);
  });

  it('of() and copy() give a store that holds the same, and goes its own way', () => {
    const store = new MemoryStore();
    for (let number = 1; number <= 5; number++) write(store, number);
    for (const copy of [MemoryStore.of(JSON.parse(JSON.stringify(store.image()))), store.copy()]) {
      expect(sorted(copy)).toEqual(sorted(store));
      write(copy, 6);
      expect([store, copy].map(({ counters }) => counters.current('lsn'))).toEqual([5, 6]);
      expect([store, copy].map(({ items }) => items.usage(1).count)).toEqual([5, 6]);
      const changes = ({ items }: MemoryStore) => items.changes({ container: 1, range: 0, now: 0 }, 4, 9).length;
      expect([store, copy].map(changes)).toEqual([1, 2]);
    }
  });
});

/** One item with all that comes with it. */
function write(store: MemoryStore, number: number): void {
  store.transaction(() => {
    store.items.insert(itemOf(number, { lsn: store.counters.next('lsn') }));
    store.resources.put({
      kind: 'k',
      parentRid: '',
      id: `${number}`,
      rid: `rid ${number}`,
      etag: '',
      ts: 1,
      body: '{}',
    });
    store.uniqueKeys.claim({ container: 1, partitionKey: '["p"]', value: `${number}`, item: number });
    const change = { container: 1, range: 0, epk: 'AA', partitionKey: '["p"]', lsn: number, ts: 1, body: '{}' };
    store.changeLog.append(change);
  });
}

function itemOf(number: number, own: Partial<StoredItem> = {}): StoredItem {
  const key = { container: 1, epk: 'AA', partitionKey: '["p"]', id: `${number}` };
  return { ...key, number, range: 0, lsn: number, ts: 1, etag: '"e"', expiresAt: null, body: '{}', ...own };
}

/** What is undone comes back as the last of its kind. */
function sorted(store: MemoryStore) {
  const { counters, resources, items, uniqueKeys, changes } = store.image();
  const byText = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).sort();
  return [counters, resources, items, uniqueKeys, changes].map(byText);
}
