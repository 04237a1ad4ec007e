import { seededRandomness, silentLog, VirtualClock } from '@lazurite/runtime';
import type { Account, Container, ContainerChange } from '../account/account.ts';
import { openAccount } from '../account/open-account.ts';
import type { JsonObject } from '../model/json.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { executeBatch } from './batch/execute-batch.ts';
import { executeBulk } from './batch/execute-bulk.ts';
import { createContainer } from './containers/create-container.ts';
import { createDatabase } from './databases/create-database.ts';
import { createItem, deleteItem, replaceItem, toItemInput, upsertItem } from './items/item-transaction.ts';
import { patchItem, toPatch } from './items/patch-item.ts';

/** The container holds an item `expired`, whose time to live is over, and an item `taken` with the e-mail address `t`. */
const definition = {
  id: 'c',
  partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 },
  defaultTtl: -1,
  changeFeedPolicy: { retentionDuration: 10 },
  uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] },
};

type Write = (account: Account, container: Container) => Promise<unknown>;

const expired = (email: string): JsonObject => ({ id: 'expired', pk: 'p', email });
const inputOf = (container: Container, item: JsonObject) => toItemInput(container, item, ['p']);
const keyOf = (container: Container) => inputOf(container, expired('e')).key;
const patched = { operations: [{ op: 'set', path: '/n', value: 1 }] };

const REJECTED: readonly (readonly [string, Write])[] = [
  [
    'a create over an expired item whose unique key is taken',
    (account, container) => createItem(account, container, inputOf(container, expired('t'))),
  ],
  [
    'an upsert over an expired item whose unique key is taken',
    (account, container) => upsertItem(account, container, inputOf(container, expired('t'))),
  ],
  [
    'a replace of an expired item',
    (account, container) => replaceItem(account, container, inputOf(container, expired('e'))),
  ],
  ['a delete of an expired item', (account, container) => deleteItem(account, container, { key: keyOf(container) })],
  [
    'a patch of an expired item',
    (account, container) =>
      patchItem(account, container, { key: keyOf(container), patch: toPatch(account, container, patched) }),
  ],
];

describe('a write that is rejected', () => {
  let account: Account;
  let container: Container;
  let changes: ContainerChange[];

  beforeEach(async () => {
    const clock = new VirtualClock();
    account = openAccount({ store: new MemoryStore(), clock, randomness: seededRandomness(1), log: silentLog });
    await createDatabase(account, { id: 'db' });
    await createContainer(account, 'db', { body: definition });
    container = account.catalog.container('db', 'c');
    await createItem(account, container, inputOf(container, { ...expired('e'), ttl: 1 }));
    await createItem(account, container, inputOf(container, { id: 'taken', pk: 'p', email: 't' }));
    await clock.advance(5_000);
    changes = [];
    account.notifications.subscribe((change) => changes.push(change));
  });

  /** Everything that a write could have changed. */
  function state() {
    const { store } = account;
    const everything = { container: container.number, range: 0 };
    return {
      items: store.items.scan(everything, 0, 10),
      log: store.changeLog.read(everything, 0, 10),
      lsn: store.counters.current(container.lsnCounters[0] ?? ''),
      changes: [...changes],
    };
  }

  it.each(REJECTED)('%s leaves the store as it was and notifies nobody', async (_, write) => {
    const before = state();
    await expect(write(account, container)).rejects.toHaveProperty('code', expect.stringMatching(/NotFound|Conflict/));
    expect(state()).toEqual(before);
  });

  it.each([
    { operationType: 'Create', resourceBody: expired('t') },
    { operationType: 'Delete', id: 'expired' },
  ] as const)('an operation of a bulk request ($operationType) leaves the store as it was', async (operation) => {
    const before = state();
    const input = {
      operations: [{ ...operation, partitionKey: ['p'] }],
      range: 0,
      continueOnError: true,
      minimal: true,
    };
    expect(await executeBulk(account, container, input)).toHaveProperty('status', 207);
    expect(state()).toEqual(before);
  });

  it('a batch whose second operation is rejected leaves the store as it was and notifies nobody', async () => {
    const before = state();
    const operations = [
      { operationType: 'Create', resourceBody: { id: 'new', pk: 'p' } },
      { operationType: 'Create', resourceBody: { id: 'taken', pk: 'p' } },
    ] as const;
    const result = await executeBatch(account, container, { operations, partitionKey: ['p'], minimal: true });
    expect(result.status).toBe(207);
    expect(state()).toEqual(before);
  });

  it('a create over an expired item is the one that deletes it', async () => {
    await createItem(account, container, inputOf(container, expired('e')));
    expect(state()).toMatchObject({ items: [{ id: 'taken' }, { id: 'expired' }], lsn: 3 });
    expect(state().log.map(({ body }) => JSON.parse(body).metadata.operationType)).toEqual([
      'create',
      'create',
      'delete',
      'create',
    ]);
  });
});
