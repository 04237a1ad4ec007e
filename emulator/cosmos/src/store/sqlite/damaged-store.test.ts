import { cpSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Log, silentLog } from '@lazurite/runtime';
import { makeDataDirectory } from '../../testing/data-directory.ts';
import { readJournal } from './commit-journal.ts';
import { openDatabase, verifyStore } from './open-database.ts';
import { repairStore } from './repair-store.ts';
import { SqliteStore } from './sqlite-store.ts';

const COMMON = { container: 1, epk: '0A', partitionKey: '["p"]', range: 0, ts: 1, etag: '"e"', expiresAt: null };
const ITEMS = 150;

describe('a store', () => {
  let root: ReturnType<typeof makeDataDirectory>;
  let dataDir: string;
  let warnings: string[];
  const path = (file: string, directory = dataDir) => join(directory, file);

  beforeEach(() => {
    root = makeDataDirectory();
    dataDir = join(root.path, 'data');
    warnings = [];
  });

  afterEach(() => root.remove());

  function open(): SqliteStore {
    const log: Log = {
      ...silentLog,
      warn: (_, message) => warnings.push(message),
      info: (_, message) => warnings.push(message),
    };
    return new SqliteStore(openDatabase(dataDir, { log }));
  }

  /** One commit for each item. */
  function fill(store: SqliteStore, first = 1, last = ITEMS): void {
    for (let number = first; number <= last; number++)
      store.transaction(() => {
        store.counters.next('items');
        const lsn = store.counters.next('lsn 1 0');
        store.items.insert({
          ...COMMON,
          id: `${number}`,
          number,
          lsn,
          body: `{"id":"${number}","text":"${'x'.repeat(200)}"}`,
        });
      });
  }

  /** What a kill leaves of a store with these items, all of them in the write-ahead log. */
  function fillAndKill(): void {
    const elsewhere = join(root.path, 'elsewhere');
    const store = open();
    fill(store);
    cpSync(dataDir, elsewhere, { recursive: true });
    store.close();
    rmSync(dataDir, { recursive: true });
    renameSync(elsewhere, dataDir);
  }

  function count(store: SqliteStore): number {
    return store.items.scan({ container: 1, range: 0 }, 0, 1_000).length;
  }

  function openingError(): unknown {
    try {
      open().close();
      return undefined;
    } catch (error) {
      return error;
    }
  }

  function flip(file: string, position: number): void {
    const bytes = readFileSync(path(file));
    bytes[position] = (bytes[position] ?? 0) ^ 1;
    writeFileSync(path(file), bytes);
  }

  it('that was closed properly opens again without an examination', () => {
    const store = open();
    fill(store, 1, 3);
    store.close();
    open().close();
    expect(warnings).toEqual([]);
  });

  it('with more commits than its journal has room for goes on, and knows all of them', () => {
    const opened = openDatabase(dataDir);
    opened.database.exec('PRAGMA synchronous = OFF');
    const store = new SqliteStore(opened);
    for (let commit = 1; commit <= 6_000; commit++) store.transaction(() => store.counters.next('lsn 1 0'));
    expect(readJournal(path('cosmos.commits'))).toMatchObject({ commit: 6_000, damagedLines: [] });
    expect(readJournal(path('cosmos.commits'))?.counters.get('lsn 1 0')).toBe(6_000);
    store.close();
    open().close();
    expect(warnings).toEqual([]);
  });

  it('whose journal cannot be written goes on, since the journal only expects less', () => {
    const opened = openDatabase(dataDir, { log: { ...silentLog, warn: (_, message) => warnings.push(message) } });
    const store = new SqliteStore(opened);
    jest.spyOn(opened.journal, 'record').mockImplementationOnce(() => {
      throw new Error('ENOSPC: no space left on device');
    });
    fill(store, 1, 3);
    expect(warnings).toEqual(['A commit could not be recorded in cosmos.commits']);
    store.close();
    const again = open();
    expect(count(again)).toBe(3);
    again.close();
  });

  it('that was killed opens with all that was committed', () => {
    fillAndKill();
    const store = open();
    expect(count(store)).toBe(ITEMS);
    store.close();
  });

  it('whose journal lost its last lines opens, since the database has more than the journal expects', () => {
    fillAndKill();
    truncateSync(path('cosmos.commits'), 5_001);
    expect(openingError()).toBeUndefined();
    expect(warnings).toContainEqual(expect.stringMatching(/Line \d+ of cosmos.commits cannot be read/));
  });

  it('with a flipped bit in its log is rejected, says how many commits are missing, and is left as it is', () => {
    fillAndKill();
    flip('cosmos.db-wal', 300_000);
    const before = readFileSync(path('cosmos.db-wal'));
    expect(openingError()).toMatchObject({
      code: 'StoreDamaged',
      message: expect.stringMatching(
        /The last \d+ of 150 commits are missing \(container 1, partition 0: LSN \d+ of 150\)/,
      ),
    });
    expect(readFileSync(path('cosmos.db-wal')).equals(before)).toBe(true);
    expect(verifyStore(dataDir)).toMatchObject({
      expectedCommits: ITEMS,
      problems: [expect.stringContaining('missing')],
    });
  });

  it('without its log is rejected', () => {
    fillAndKill();
    rmSync(path('cosmos.db-wal'));
    expect(openingError()).toMatchObject({ code: 'StoreDamaged' });
  });

  it.each(['emptied', 'removed'])('whose main file was %s is rejected', (how) => {
    const store = open();
    fill(store, 1, 3);
    store.close();
    if (how === 'emptied') truncateSync(path('cosmos.db'), 0);
    else rmSync(path('cosmos.db'));
    expect(openingError()).toMatchObject({ code: 'StoreDamaged', message: expect.stringContaining('3 commits') });
  });

  it('with an earlier main file is rejected', () => {
    const store = open();
    fill(store, 1, 3);
    store.close();
    const earlier = readFileSync(path('cosmos.db'));
    const again = open();
    fill(again, 4, 6);
    again.close();
    writeFileSync(path('cosmos.db'), earlier);
    expect(openingError()).toMatchObject({ message: expect.stringContaining('The last 3 of 6 commits are missing') });
  });

  it('with a main file alone, as a copy of it, opens when that was closed properly', () => {
    const store = open();
    fill(store, 1, 3);
    store.close();
    rmSync(path('cosmos.commits'));
    const again = open();
    expect(count(again)).toBe(3);
    again.close();
    expect(warnings).toContainEqual(expect.stringContaining('cosmos.commits is missing'));
  });

  /** Changes an item behind the store's back, and leaves the file sound to SQLite. */
  function damageItem(number: number): void {
    const database = new DatabaseSync(path('cosmos.db'));
    database.prepare('UPDATE items SET body = replace(body, ?, ?) WHERE number = ?').run('xx', 'xy', number);
    database.close();
  }

  it('with a changed item is rejected, and repaired without that item', () => {
    const store = open();
    fill(store, 1, 5);
    store.close();
    damageItem(2);
    expect(openingError()).toMatchObject({ message: expect.stringContaining("item number 2 ('2' of container 1)") });
    const { items, lost, movedTo } = repairStore(dataDir);
    expect({ items, lost }).toEqual({
      items: 4,
      lost: ["The item number 2 ('2' of container 1) is not as it was written"],
    });
    expect(readJournal(join(movedTo, 'cosmos.commits'))?.commit).toBe(5);
    const repaired = open();
    expect(repaired.items.scan({ container: 1, range: 0 }, 0, 9).map(({ id }) => id)).toEqual(['1', '3', '4', '5']);
    expect(repaired.counters.current('lsn 1 0')).toBe(5);
    repaired.close();
  });

  it('whose log is damaged is repaired with what comes before, and gives no LSN twice', () => {
    fillAndKill();
    flip('cosmos.db-wal', 600_000);
    const { items, lost } = repairStore(dataDir);
    expect(items).toBeGreaterThan(0);
    expect(lost).toEqual([expect.stringMatching(/the writes from LSN \d+ to 150 are missing/)]);
    const repaired = open();
    expect(repaired.counters.current('lsn 1 0')).toBe(ITEMS);
    expect(count(repaired)).toBe(items);
    repaired.close();
    expect(verifyStore(dataDir).problems).toEqual([]);
  });

  it('of version 1 is converted once, and damage is seen from then on', () => {
    const store = open();
    fill(store, 1, 3);
    store.close();
    const database = new DatabaseSync(path('cosmos.db'));
    database.exec(`
      DROP TABLE meta;
      ALTER TABLE items DROP COLUMN checksum;
      ALTER TABLE change_log DROP COLUMN checksum;
      ALTER TABLE resources DROP COLUMN checksum;
      DELETE FROM counters WHERE name = 'commits';
      PRAGMA user_version = 1;
    `);
    database.close();
    rmSync(path('cosmos.commits'));
    const converted = open();
    expect(count(converted)).toBe(3);
    converted.close();
    damageItem(1);
    expect(openingError()).toMatchObject({ code: 'StoreDamaged' });
  });
});
