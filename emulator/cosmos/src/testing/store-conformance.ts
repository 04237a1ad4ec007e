import type { Store, StoredItem } from '../store/store.ts';

interface Opened {
  /** A fresh one for each test. */
  store: Store;
}

/** What every adapter of the store port must do. Call it inside a `describe`, with a function that makes an empty store. */
export function testStore(openStore: () => Store): void {
  const open: Partial<Opened> = {};

  beforeEach(() => {
    open.store = openStore();
  });

  afterEach(() => open.store?.close());

  for (const testPart of [testItems, testSelections, testTransactions, testOtherStores]) testPart(open as Opened); // set before each
}

function testItems(open: Opened): void {
  it('get() returns what insert() was given, and undefined for another key', () => {
    const item = storedItem(1, { id: 'a', expiresAt: 7 });
    write(open.store, item);
    expect(open.store.items.get(item)).toEqual(item);
    expect(open.store.items.getByNumber(1, 1)).toEqual(item);
    expect(open.store.items.get({ ...item, id: 'b' })).toBeUndefined();
    expect(open.store.items.get({ ...item, partitionKey: '["other"]' })).toBeUndefined();
    expect(open.store.items.getByNumber(2, 1)).toBeUndefined();
  });

  it('update() replaces the item and moves it to the end of the changes', () => {
    write(open.store, storedItem(1), storedItem(2));
    open.store.transaction(() => open.store.items.update(storedItem(1, { lsn: 3, body: '{"new":true}' })));
    expect(open.store.items.getByNumber(1, 1)?.body).toBe('{"new":true}');
    expect(lsns(open.store.items.changes({ container: 1, range: 0, now: 0 }, 0, 10))).toEqual([2, 3]);
  });

  it('delete() says whether there was an item', () => {
    write(open.store, storedItem(1));
    expect(open.store.transaction(() => open.store.items.delete(storedItem(1)))).toBe(true);
    expect(open.store.transaction(() => open.store.items.delete(storedItem(1)))).toBe(false);
    expect(open.store.items.scan({ container: 1, range: 0 }, 0, 10)).toEqual([]);
    expect(open.store.items.changes({ container: 1, range: 0, now: 0 }, 0, 10)).toEqual([]);
  });

  it('scan() goes on after a number, inside one physical partition of one container', () => {
    write(
      open.store,
      storedItem(1),
      storedItem(2),
      storedItem(3, { range: 1 }),
      storedItem(4, { container: 2 }),
      storedItem(5),
    );
    expect(numbers(open.store.items.scan({ container: 1, range: 0 }, 0, 2))).toEqual([1, 2]);
    expect(numbers(open.store.items.scan({ container: 1, range: 0 }, 2, 2))).toEqual([5]);
    expect(open.store.items.scan({ container: 9, range: 0 }, 0, 2)).toEqual([]);
  });

  it('usage() tells the number of items of one container, and their size', () => {
    expect(open.store.items.usage(1)).toEqual({ count: 0, averageBytes: 0 });
    write(
      open.store,
      storedItem(1, { body: '{}' }),
      storedItem(2, { body: '"ü"', range: 1 }),
      storedItem(3, { container: 2 }),
    );
    expect(open.store.items.usage(1)).toEqual({ count: 2, averageBytes: 3 });
  });

  it('clear() removes items, unique keys and changes of one container only', () => {
    write(open.store, storedItem(1), storedItem(2, { container: 2 }));
    open.store.transaction(() => {
      open.store.uniqueKeys.claim({ container: 1, partitionKey: '["p"]', value: 'v', item: 1 });
      open.store.changeLog.append({ container: 1, range: 0, epk: '0A', partitionKey: '[]', lsn: 1, ts: 1, body: '{}' });
      open.store.items.clear(1);
    });
    expect(open.store.items.scan({ container: 1, range: 0 }, 0, 9)).toEqual([]);
    expect(open.store.uniqueKeys.holder(1, '["p"]', 'v')).toBeUndefined();
    expect(open.store.changeLog.read({ container: 1, range: 0 }, 0, 9)).toEqual([]);
    expect(numbers(open.store.items.scan({ container: 2, range: 0 }, 0, 9))).toEqual([2]);
  });
}

function testSelections(open: Opened): void {
  it('scan() keeps to the effective partition keys asked for, in the order of creation', () => {
    write(
      open.store,
      storedItem(1, { epk: '0B' }),
      storedItem(2, { epk: '0A' }),
      storedItem(3, { epk: '0C' }),
      storedItem(4, { epk: '0A' }),
    );
    expect(numbers(open.store.items.scan({ container: 1, range: 0, minEpk: '0A', maxEpk: '0AFF' }, 0, 9))).toEqual([
      2, 4,
    ]);
    expect(numbers(open.store.items.scan({ container: 1, range: 0, minEpk: '0A', maxEpk: '0C' }, 1, 9))).toEqual([
      2, 4,
    ]);
    expect(numbers(open.store.items.scan({ container: 1, range: 0, minEpk: '0B' }, 0, 9))).toEqual([1, 3]);
  });

  it('changes() never cuts the items of one LSN apart', () => {
    write(
      open.store,
      storedItem(1, { lsn: 1 }),
      storedItem(2, { lsn: 2 }),
      storedItem(3, { lsn: 2 }),
      storedItem(4, { lsn: 3 }),
    );
    expect(lsns(open.store.items.changes({ container: 1, range: 0, now: 0 }, 0, 2))).toEqual([1, 2, 2]);
    expect(lsns(open.store.items.changes({ container: 1, range: 0, now: 0 }, 2, 2))).toEqual([3]);
  });

  it('changes() since a time passes over what was written before', () => {
    write(
      open.store,
      storedItem(1, { ts: 10 }),
      storedItem(2, { ts: 20, epk: '0B' }),
      storedItem(3, { ts: 15 }),
      storedItem(4, { ts: 20 }),
    );
    expect(lsns(open.store.items.changes({ container: 1, range: 0, since: 15, now: 0 }, 0, 2))).toEqual([2, 3]);
    expect(lsns(open.store.items.changes({ container: 1, range: 0, since: 15, minEpk: '0B', now: 0 }, 0, 9))).toEqual([
      2,
    ]);
  });

  it('changes() passes over what has expired and other logical partitions', () => {
    write(
      open.store,
      storedItem(1, { expiresAt: 10 }),
      storedItem(2, { expiresAt: 11 }),
      storedItem(3, { partitionKey: '["q"]' }),
      storedItem(4),
    );
    expect(lsns(open.store.items.changes({ container: 1, range: 0, now: 10 }, 0, 2))).toEqual([2, 3]);
    const selection = { container: 1, range: 0, now: 10, partitionKey: '["p"]' };
    expect(lsns(open.store.items.changes(selection, 0, 2))).toEqual([2, 4]);
  });

  it('expired() returns what is due, the earliest first', () => {
    write(
      open.store,
      storedItem(1, { expiresAt: 30 }),
      storedItem(2),
      storedItem(3, { expiresAt: 10 }),
      storedItem(4, { expiresAt: 31 }),
    );
    expect(numbers(open.store.items.expired(30, 9))).toEqual([3, 1]);
    expect(numbers(open.store.items.expired(30, 1))).toEqual([3]);
  });
}

function testTransactions(open: Opened): void {
  it('transaction() undoes everything when its work throws, counters included', () => {
    write(open.store, storedItem(1));
    open.store.transaction(() => open.store.counters.next('lsn'));
    const failing = () =>
      open.store.transaction(() => {
        open.store.items.update(storedItem(1, { lsn: 9, body: '{"lost":1}' }));
        open.store.items.insert(storedItem(2));
        open.store.items.delete(storedItem(1));
        open.store.counters.next('lsn');
        open.store.resources.put(storedResource('a'));
        open.store.uniqueKeys.claim({ container: 1, partitionKey: '["p"]', value: 'v', item: 1 });
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(open.store.items.scan({ container: 1, range: 0 }, 0, 9)).toEqual([storedItem(1)]);
    expect(lsns(open.store.items.changes({ container: 1, range: 0, now: 0 }, 0, 9))).toEqual([1]);
    expect(open.store.counters.current('lsn')).toBe(1);
    expect(open.store.resources.list('dbs', '')).toEqual([]);
    expect(open.store.uniqueKeys.holder(1, '["p"]', 'v')).toBeUndefined();
  });

  it('savepoint() undoes its own writes and keeps those before it', () => {
    open.store.transaction(() => {
      open.store.items.insert(storedItem(1));
      open.store.counters.next('lsn');
      const failing = () =>
        open.store.savepoint(() => {
          open.store.items.insert(storedItem(2));
          open.store.counters.next('lsn');
          throw new Error('no');
        });
      expect(failing).toThrow('no');
    });
    expect(numbers(open.store.items.scan({ container: 1, range: 0 }, 0, 9))).toEqual([1]);
    expect(open.store.counters.current('lsn')).toBe(1);
  });
}

function testOtherStores(open: Opened): void {
  it('counters begin at 0 and grow one by one', () => {
    expect(open.store.counters.current('a')).toBe(0);
    open.store.transaction(() => {
      expect(open.store.counters.next('a')).toBe(1);
      expect(open.store.counters.next('a')).toBe(2);
    });
    expect(open.store.counters.current('a')).toBe(2);
    expect(open.store.counters.current('b')).toBe(0);
  });

  it('resources are found by name and rid, listed as created, replaced and deleted', () => {
    const [first, second] = [storedResource('b'), storedResource('a')];
    open.store.transaction(() => {
      open.store.resources.put(first);
      open.store.resources.put(second);
      open.store.resources.put({ ...first, body: '{"n":2}' });
    });
    expect(open.store.resources.get('dbs', '', 'b')).toEqual({ ...first, body: '{"n":2}' });
    expect(open.store.resources.get('dbs', 'x', 'b')).toBeUndefined();
    expect(open.store.resources.getByRid('rid-a')).toEqual(second);
    expect(open.store.resources.list('dbs', '').map(({ id }) => id)).toEqual(['b', 'a']);
    expect(open.store.transaction(() => open.store.resources.delete('rid-b'))).toBe(true);
    expect(open.store.transaction(() => open.store.resources.delete('rid-b'))).toBe(false);
    expect(open.store.resources.getByRid('rid-b')).toBeUndefined();
  });

  it('unique keys are held per partition until released', () => {
    open.store.transaction(() =>
      open.store.uniqueKeys.claim({ container: 1, partitionKey: '["p"]', value: 'v', item: 4 }),
    );
    expect(open.store.uniqueKeys.holder(1, '["p"]', 'v')).toBe(4);
    expect(open.store.uniqueKeys.holder(1, '["q"]', 'v')).toBeUndefined();
    open.store.transaction(() => open.store.uniqueKeys.release(1, 4));
    expect(open.store.uniqueKeys.holder(1, '["p"]', 'v')).toBeUndefined();
  });

  it('the change log keeps the order inside an LSN, pages like changes(), and is pruned by time', () => {
    const change = (lsn: number, body: string) => ({
      container: 1,
      range: 0,
      epk: '0A',
      partitionKey: '[]',
      lsn,
      ts: lsn,
      body,
    });
    const changes = [change(1, '"a"'), change(2, '"b"'), change(2, '"c"'), change(3, '"d"')];
    open.store.transaction(() => {
      for (const one of changes) open.store.changeLog.append(one);
    });
    const read = (selection: object, limit: number) =>
      open.store.changeLog.read({ container: 1, range: 0, ...selection }, 0, limit).map(({ body }) => body);
    expect(read({}, 2)).toEqual(['"a"', '"b"', '"c"']);
    expect(read({ minEpk: '0B' }, 2)).toEqual([]);
    expect(read({ partitionKey: '["q"]' }, 2)).toEqual([]);
    expect(read({ since: 2 }, 2)).toEqual(['"b"', '"c"']);
    expect(open.store.changeLog.firstLsn({ container: 1, range: 0 }, 0)).toBe(1);
    expect(open.store.changeLog.firstLsn({ container: 1, range: 0 }, 3)).toBe(3);
    expect(open.store.changeLog.firstLsn({ container: 1, range: 0 }, 4)).toBeUndefined();
    open.store.transaction(() => open.store.changeLog.prune(1, 2));
    expect(read({}, 9)).toEqual(['"b"', '"c"', '"d"']);
  });
}

function write(store: Store, ...items: StoredItem[]): void {
  store.transaction(() => {
    for (const item of items) store.items.insert(item);
  });
}

function storedItem(number: number, changes: Partial<StoredItem> = {}): StoredItem {
  return {
    container: 1,
    epk: '0A',
    partitionKey: '["p"]',
    id: `item-${number}`,
    number,
    range: 0,
    lsn: number,
    ts: 100,
    etag: '"e"',
    expiresAt: null,
    body: `{"id":"item-${number}"}`,
    ...changes,
  };
}

function storedResource(id: string) {
  return { kind: 'dbs', parentRid: '', id, rid: `rid-${id}`, etag: '"e"', ts: 1, body: '{}' };
}

function lsns(changes: readonly { readonly lsn: number }[]): number[] {
  return changes.map(({ lsn }) => lsn);
}

function numbers(items: readonly StoredItem[]): number[] {
  return items.map(({ number }) => number);
}
