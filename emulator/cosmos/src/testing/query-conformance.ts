import { ALL_KEYS, indexKey } from '../store/index-key.ts';
import { type IndexedPath, MAX_LISTED_BYTES, type QueriedItem, type QueriedSelection } from '../store/item-queries.ts';
import type { Store, StoredItem } from '../store/store.ts';

interface Opened {
  /** A fresh one for each test. */
  store: Store;
}

/** What every adapter must do for queries: reading many items, and indexes. Call it inside a `describe`. */
export function testQueries(openStore: () => Store): void {
  const open: Partial<Opened> = {};

  beforeEach(() => {
    open.store = openStore();
  });

  afterEach(() => open.store?.close());

  for (const testPart of [testReading, testIndexes, testIndexWrites]) testPart(open as Opened); // set before each
}

const everything: QueriedSelection = { container: 1, range: 0, now: 0, conditions: [] };

function testReading(open: Opened): void {
  it('queries.scan() reads a window of numbers from either end, one physical partition only', () => {
    insert(open.store, item(1), item(3), item(4, { range: 1 }), item(6), item(7, { container: 2 }), item(9));
    const { queries } = open.store;
    expect(queries.bounds(everything)).toEqual({ first: 1, last: 9 });
    expect(queries.bounds({ container: 5, range: 0 })).toBeUndefined();
    const window = { first: 2, last: 9 };
    expect(numbersOf(queries.scan(everything, window, { limit: 2, descending: false }))).toEqual([3, 6]);
    expect(numbersOf(queries.scan(everything, window, { limit: 2, descending: true }))).toEqual([9, 6]);
  });

  it('queries.scan() and read() leave out what has expired and what lies in another logical partition', () => {
    insert(
      open.store,
      item(1, { expiresAt: 10 }),
      item(2, { expiresAt: 11 }),
      item(3, { partitionKey: '["b"]', epk: 'B' }),
    );
    const { queries } = open.store;
    const all = { first: 1, last: 9 };
    const later = { ...everything, now: 10 };
    expect(numbersOf(queries.scan(later, all, { limit: 9, descending: false }))).toEqual([2, 3]);
    const one = { ...everything, partitionKey: '["b"]', minEpk: 'B', maxEpk: 'BFF' };
    expect(numbersOf(queries.scan(one, all, { limit: 9, descending: false }))).toEqual([3]);
    expect(numbersOf(queries.read(one, [1, 2, 3, 4]))).toEqual([3]);
    expect(numbersOf(queries.read(later, [1, 2]))).toEqual([2]);
  });

  it('queries.body() gives the body of an item that is too long for a list', () => {
    const long = JSON.stringify({ text: 'é'.repeat(MAX_LISTED_BYTES / 2) });
    insert(open.store, item(1, { body: long }), item(2), item(3, { container: 2 }));
    const { queries } = open.store;
    const listed = queries.scan(everything, { first: 1, last: 9 }, { limit: 9, descending: false });
    expect(numbersOf(listed)).toEqual([1, 2]);
    expect([undefined, long]).toContain(listed[0]?.body);
    expect(listed[1]?.body).toBe('{}');
    expect(queries.read(everything, [1])[0]?.body).toBe(listed[0]?.body);
    expect(queries.body(1, 1)).toBe(long);
    expect(queries.body(1, 3)).toBeUndefined();
    expect(queries.body(1, 9)).toBeUndefined();
  });

  it('queries.scan() gives every item that meets the conditions', () => {
    insert(open.store, item(1, { body: '{"v":"x"}' }), item(2, { body: '{"v":0.1}' }), item(3, { body: '{}' }));
    const found = (value: null | string | number) =>
      open.store.queries
        .scan(
          { ...everything, conditions: [{ path: ['v'], among: [value] }] },
          { first: 1, last: 9 },
          { limit: 9, descending: false },
        )
        .map(({ number }) => number);
    expect(found('x')).toContain(1);
    expect(found(0.1)).toContain(2);
  });

  it('queries.numbers() names the items of a logical partition, unless they are too many', () => {
    insert(open.store, item(1), item(2), item(3, { partitionKey: '["b"]', epk: 'B' }));
    const one = { ...everything, partitionKey: '["a"]', minEpk: 'A', maxEpk: 'AFF' };
    expect(open.store.queries.numbers(one, 2)?.toSorted()).toEqual([1, 2]);
    expect(open.store.queries.numbers(one, 1)).toBeUndefined();
  });

  it('queries.count() counts up to a limit', () => {
    insert(open.store, item(1), item(2), item(3));
    expect([open.store.queries.count(everything, 2), open.store.queries.count(everything, 9)]).toEqual([2, 3]);
  });
}

function testIndexes(open: Opened): void {
  it('indexes hold every item once they are extended to the end', () => {
    insert(open.store, item(1, { body: '{"v":2}' }), item(2, { body: '{"v":1}' }), item(3, { body: '{}' }));
    const id = build(open.store);
    expect(open.store.indexes.list(1)).toMatchObject([{ id, container: 1, path: ['v'], isComplete: true }]);
    expect(entriesOf(open.store, id)).toEqual([3, 2, 1]);
    expect(entriesOf(open.store, id, true)).toEqual([1, 2, 3]);
    expect(open.store.indexes.list(2)).toEqual([]);
  });

  it('indexes.entries() goes on behind an entry, in both directions', () => {
    insert(open.store, ...[1, 2, 3, 4].map((number) => item(number, { body: '{"v":1}' })));
    const selection = { index: build(open.store), range: 0, keys: ALL_KEYS };
    const after = { key: indexKey(1), number: 2 };
    const { indexes } = open.store;
    expect(numbersOf(indexes.entries(selection, { limit: 9, descending: false, after }))).toEqual([3, 4]);
    expect(numbersOf(indexes.entries(selection, { limit: 9, descending: true, after }))).toEqual([1]);
  });

  it('indexes.numbers() and count() select by keys', () => {
    insert(open.store, ...[1, 2, 3, 4].map((number) => item(number, { body: `{"v":${number % 2}}` })));
    const keys = { lower: indexKey(1), upper: indexKey(2) };
    const selection = { index: build(open.store), range: 0, keys };
    expect(open.store.indexes.numbers(selection, 2)?.toSorted()).toEqual([1, 3]);
    expect(open.store.indexes.numbers(selection, 1)).toBeUndefined();
    expect(open.store.indexes.count(selection)).toBe(2);
  });

  it('indexes by partition order and select the items of one effective partition key', () => {
    const bodies = ['{"v":3}', '{"v":1}', '{"v":2}', '{"v":"x"}'];
    insert(open.store, ...bodies.map((body, at) => item(at + 1, { body, epk: at === 2 ? 'A0' : 'A' })));
    const index = build(open.store, { ...BY_RANGE, byPartition: true });
    const selection = { index, range: 0, keys: ALL_KEYS, epk: 'A' };
    const { indexes, items } = open.store;
    expect(indexes.entries(selection, { limit: 9, descending: false })).toMatchObject([
      { number: 2, key: indexKey(1) },
      { number: 1, key: indexKey(3) },
      { number: 4, key: indexKey('x') },
    ]);
    const after = { key: indexKey(3), number: 1 };
    expect(numbersOf(indexes.entries(selection, { limit: 9, descending: true, after }))).toEqual([2]);
    expect(indexes.numbers({ ...selection, epk: 'A0' }, 9)).toEqual([3]);
    expect(indexes.count({ ...selection, keys: { lower: indexKey(0), upper: indexKey(9) } })).toBe(2);
    open.store.transaction(() => items.delete(item(1)));
    open.store.transaction(() => items.update(item(2, { body: '{"v":"y"}' })));
    expect(numbersOf(indexes.entries(selection, { limit: 9, descending: false }))).toEqual([4, 2]);
  });

  it('indexes.drop() removes an index, and clearing the container all of them', () => {
    insert(open.store, item(1));
    const id = build(open.store);
    open.store.transaction(() => open.store.indexes.drop(id));
    expect(open.store.indexes.list(1)).toEqual([]);
    build(open.store);
    open.store.transaction(() => open.store.items.clear(1));
    expect(open.store.indexes.list(1)).toEqual([]);
  });
}

function testIndexWrites(open: Opened): void {
  it('indexes follow inserts, updates and deletes', () => {
    insert(open.store, item(1, { body: '{"v":1}' }), item(2, { body: '{"v":2}' }));
    const id = build(open.store);
    insert(open.store, item(3, { body: '{"v":0}' }));
    open.store.transaction(() => {
      open.store.items.update(item(1, { body: '{"v":9}' }));
      open.store.items.delete(item(2));
    });
    expect(entriesOf(open.store, id)).toEqual([3, 1]);
  });

  it('indexes follow writes that come while they are built', () => {
    insert(open.store, ...[1, 2, 3].map((number) => item(number, { body: `{"v":${number}}` })));
    const { indexes, items } = open.store;
    const { id } = open.store.transaction(() => indexes.create(1, BY_RANGE));
    open.store.transaction(() => indexes.extend([id], 1));
    open.store.transaction(() => {
      items.update(item(1, { body: '{"v":7}' }));
      items.update(item(3, { body: '{"v":0}' }));
      items.delete(item(2));
      items.insert(item(4, { body: '{"v":5}' }));
    });
    while (!open.store.transaction(() => indexes.extend([id], 1)));
    expect(entriesOf(open.store, id)).toEqual([3, 4, 1]);
  });

  it('indexes of several paths are filled together, and those that are behind catch up', () => {
    insert(open.store, ...[1, 2, 3, 4, 5].map((number) => item(number, { body: `{"v":${-number},"w":${number}}` })));
    const { indexes } = open.store;
    const create = (name: string) =>
      open.store.transaction(() => indexes.create(1, { path: [name], byPartition: false }).id);
    const v = create('v');
    open.store.transaction(() => indexes.extend([v], 2));
    const w = create('w');
    const missing = create('x');
    while (!open.store.transaction(() => indexes.extend([v, w, missing], 2)));
    expect(indexes.list(1).map(({ isComplete }) => isComplete)).toEqual([true, true, true]);
    expect([v, w, missing].map((id) => entriesOf(open.store, id))).toEqual([
      [5, 4, 3, 2, 1],
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
  });

  it('indexes are as before when a write is taken back', () => {
    insert(open.store, item(1, { body: '{"v":1}' }));
    const id = build(open.store);
    const failing = () => {
      open.store.items.insert(item(2, { body: '{"v":0}' }));
      open.store.items.update(item(1, { body: '{"v":5}' }));
      open.store.indexes.create(1, { path: ['other'], byPartition: false });
      throw new Error('taken back');
    };
    expect(() => open.store.transaction(failing)).toThrow('taken back');
    open.store.transaction(() => expect(() => open.store.savepoint(failing)).toThrow('taken back'));
    expect(entriesOf(open.store, id)).toEqual([1]);
    expect(open.store.indexes.list(1)).toHaveLength(1);
  });
}

const BY_RANGE = { path: ['v'], byPartition: false };

/** An index of `/v` over container 1. */
function build(store: Store, indexed: IndexedPath = BY_RANGE): number {
  const { id } = store.transaction(() => store.indexes.create(1, indexed));
  while (!store.transaction(() => store.indexes.extend([id], 2)));
  return id;
}

function entriesOf(store: Store, index: number, descending = false): number[] {
  return numbersOf(store.indexes.entries({ index, range: 0, keys: ALL_KEYS }, { limit: 100, descending }));
}

function numbersOf(rows: readonly Pick<QueriedItem, 'number'>[]): number[] {
  return rows.map(({ number }) => number);
}

function insert(store: Store, ...items: readonly StoredItem[]): void {
  store.transaction(() => {
    for (const one of items) store.items.insert(one);
  });
}

function item(number: number, fields: Partial<StoredItem> = {}): StoredItem {
  const key = { container: 1, epk: 'A', partitionKey: '["a"]', id: `item-${number}` };
  return { ...key, number, range: 0, lsn: number, ts: 0, etag: '""', expiresAt: null, body: '{}', ...fields };
}
