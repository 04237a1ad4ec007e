import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDataDirectory } from '../../testing/data-directory.ts';
import { openDatabase } from './open-database.ts';
import { SqliteStore } from './sqlite-store.ts';

describe('openDatabase()', () => {
  let directory: ReturnType<typeof makeDataDirectory>;
  let path: string;

  beforeEach(() => {
    directory = makeDataDirectory();
    path = join(directory.path, 'cosmos.db');
  });

  afterEach(() => directory.remove());

  function open(): SqliteStore {
    return new SqliteStore(openDatabase(directory.path));
  }

  function openingError(): unknown {
    try {
      open().close();
      return undefined;
    } catch (error) {
      return error;
    }
  }

  it('rejects a directory that is in use, naming the process', () => {
    const store = open();
    expect(openingError()).toMatchObject({
      code: 'DataDirectoryInUse',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    store.close();
    expect(openingError()).toBeUndefined();
  });

  it('rejects a directory that another process holds, and opens it once that is gone', () => {
    open().close();
    const holder = `
      const { DatabaseSync } = require('node:sqlite');
      const database = new DatabaseSync(${JSON.stringify(path)});
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
      process.stdout.write('held');
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200);
    `;
    expect(() => execFileSync(process.execPath, ['-e', holder], { stdio: 'pipe' })).toThrow();
    expect(openingError()).toBeUndefined();
  });

  it('rejects a file that is no database and leaves it as it is', () => {
    writeFileSync(path, 'precious notes of someone');
    expect(openingError()).toMatchObject({ code: 'StoreForeign' });
    expect(readFileSync(path, 'utf8')).toBe('precious notes of someone');
  });

  it('rejects the database of another program and leaves it as it is', () => {
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE notes (text TEXT)');
    other.close();
    const before = readFileSync(path);
    expect(openingError()).toMatchObject({ code: 'StoreForeign' });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('rejects a newer format, naming both versions', () => {
    open().close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(openingError()).toMatchObject({ code: 'StoreTooNew', message: expect.stringContaining('99') });
  });

  it('rejects a file that was cut short', () => {
    fill(200);
    const { size } = statSync(path);
    truncateSync(path, size - 8192);
    expect(openingError()).toMatchObject({ code: 'StoreDamaged' });
    expect(statSync(path).size).toBe(size - 8192);
  });

  it('rejects a file whose schema cannot be read', () => {
    fill(10);
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100, 4096);
    writeFileSync(path, bytes);
    expect(openingError()).toMatchObject({ code: 'StoreDamaged' });
  });

  function fill(items: number): void {
    const store = open();
    const common = { container: 1, epk: '0A', partitionKey: '["p"]', range: 0, ts: 1, etag: '"e"', expiresAt: null };
    store.transaction(() => {
      for (let number = 1; number <= items; number++)
        store.items.insert({ ...common, id: String(number), number, lsn: number, body: 'x'.repeat(1000) });
    });
    store.close();
  }
});
