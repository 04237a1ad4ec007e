// Fills containers by the server's own operations, without HTTP: millions of items in a minute.
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { openAccount } from '../../emulator/cosmos/src/account/open-account.ts';
import { createContainer } from '../../emulator/cosmos/src/operations/containers/create-container.ts';
import { createDatabase } from '../../emulator/cosmos/src/operations/databases/create-database.ts';
import { createItem, toItemInput } from '../../emulator/cosmos/src/operations/items/item-transaction.ts';
import { openDatabase } from '../../emulator/cosmos/src/store/sqlite/open-database.ts';
import { SqliteStore } from '../../emulator/cosmos/src/store/sqlite/sqlite-store.ts';
import { benchItem } from './bench-item.ts';

/** Writes that share a commit. */
const GROUP = 2_000;

/** `id=count:bytes`, for example `large=1000000:300`. */
const [dataDir = '', ...containers] = process.argv.slice(2);
const opened = openDatabase(dataDir);
const store = new SqliteStore(opened);
// What a benchmark reads need not survive a power cut while it is made.
opened.database.exec('PRAGMA synchronous = OFF');
const account = openAccount({ store, clock: systemClock, randomness: systemRandomness, log: silentLog });
await createDatabase(account, { id: 'bench' });
for (const text of containers) {
  const [id = '', count, bytes] = text.split(/[=:]/);
  await fill(id, Number(count), Number(bytes));
}
store.close();
console.log(JSON.stringify({ filled: containers.length }));

async function fill(id: string, count: number, bytes: number): Promise<void> {
  const body = {
    id,
    partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 },
    indexingPolicy: { includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/plain/?' }] },
  };
  const { container } = await createContainer(account, 'bench', { body });
  if (!container) throw new TypeError('createContainer gives the container');
  for (let start = 0; start < count; start += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, count - start) }, (_, index) => benchItem(start + index, bytes));
    await Promise.all(group.map((item) => createItem(account, container, toItemInput(container, item, [item.pk]))));
  }
}
