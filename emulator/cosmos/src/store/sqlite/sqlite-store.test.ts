import { makeDataDirectory } from '../../testing/data-directory.ts';
import { testQueries } from '../../testing/query-conformance.ts';
import { testStore } from '../../testing/store-conformance.ts';
import { openDatabase } from './open-database.ts';
import { SqliteStore } from './sqlite-store.ts';

describe('SqliteStore', () => {
  const directories: { remove: () => void }[] = [];

  afterAll(() => {
    for (const directory of directories) directory.remove();
  });

  function open(): SqliteStore {
    const directory = makeDataDirectory();
    directories.push(directory);
    return new SqliteStore(openDatabase(directory.path));
  }

  testStore(open);
  testQueries(open);

  it('counters and items are there after closing and opening again', () => {
    const directory = makeDataDirectory();
    directories.push(directory);
    const first = new SqliteStore(openDatabase(directory.path));
    first.transaction(() => first.counters.next('lsn'));
    first.close();
    const second = new SqliteStore(openDatabase(directory.path));
    expect(second.counters.current('lsn')).toBe(1);
    second.close();
  });
});
