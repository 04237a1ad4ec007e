import { seededRandomness, silentLog, VirtualClock } from '@lazurite/runtime';
import type { Account } from '../account/account.ts';
import { openAccount } from '../account/open-account.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { createContainer } from './containers/create-container.ts';
import { deleteContainer } from './containers/delete-container.ts';
import { replaceContainer } from './containers/replace-container.ts';
import { createDatabase } from './databases/create-database.ts';
import { createItem, toItemInput } from './items/item-transaction.ts';

describe('operations of one turn', () => {
  let account: Account;
  const definition = { id: 'c', partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 } };

  beforeEach(async () => {
    const parts = { clock: new VirtualClock(), randomness: seededRandomness(1), log: silentLog };
    account = openAccount({ store: new MemoryStore(), ...parts });
    await createDatabase(account, { id: 'db' });
    await createContainer(account, 'db', { body: definition });
  });

  it('an item is not created in a container that is deleted just before', async () => {
    const container = account.catalog.container('db', 'c');
    const input = toItemInput(container, { id: '1', pk: 'a' }, ['a']);
    const outcomes = await Promise.allSettled([
      deleteContainer(account, container),
      createItem(account, container, input),
    ]);
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'NotFound' } }]);
    expect(account.store.items.scan({ container: container.number, range: 0 }, 0, 9)).toEqual([]);
  });

  it('an item takes the default time to live that its container is given just before', async () => {
    const container = account.catalog.container('db', 'c');
    const input = toItemInput(container, { id: '1', pk: 'a' }, ['a']);
    const body = { ...definition, defaultTtl: 60 };
    await Promise.all([replaceContainer(account, container, { body }), createItem(account, container, input)]);
    expect(account.store.items.get(input.key)?.expiresAt).toBe(Math.floor(account.clock.now() / 1000) + 60);
  });
});
