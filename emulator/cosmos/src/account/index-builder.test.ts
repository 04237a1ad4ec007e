import { setImmediate as turn } from 'node:timers/promises';
import { seededRandomness, silentLog, VirtualClock } from '@lazurite/runtime';
import { createContainer } from '../operations/containers/create-container.ts';
import { createDatabase } from '../operations/databases/create-database.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { openDatabase } from '../store/sqlite/open-database.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { openAccount } from './open-account.ts';

const PATHS = [['v'], ['w']];
/** More than the steps of any build here take. */
const MANY_TURNS = 50;

/** A container of so many items in one physical partition. */
async function containerOf(items: number, store: Store) {
  const clock = new VirtualClock();
  const account = openAccount({ store, clock, randomness: seededRandomness(1), log: silentLog });
  await createDatabase(account, { id: 'db' });
  const body = { id: 'c', partitionKey: { paths: ['/p'], kind: 'Hash', version: 2 } };
  const { container } = await createContainer(account, 'db', { body });
  if (!container) throw new Error('A container was created');
  store.transaction(() => {
    for (let number = 1; number <= items; number += 1)
      store.items.insert({
        container: container.number,
        number,
        range: 0,
        epk: 'A',
        partitionKey: '["a"]',
        id: String(number),
        lsn: number,
        ts: 0,
        etag: '""',
        expiresAt: null,
        body: `{"v":${number},"w":${-number}}`,
      });
  });
  const states = () => store.indexes.list(container.number).map(({ path, isComplete }) => [path.join(), isComplete]);
  return { builder: account.indexBuilder, clock, container, states };
}

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn();
}

describe('IndexBuilder', () => {
  const directory = makeDataDirectory();
  let store: Store;

  afterEach(() => store.close());
  afterAll(() => directory.remove());

  it('requestIndexes() resolves when the indexes of a container are complete', async () => {
    store = new MemoryStore();
    const { builder, container, states } = await containerOf(600, store);
    await builder.requestIndexes(container, PATHS);
    expect(states()).toEqual([
      ['v', true],
      ['w', true],
    ]);
  });

  it('requestIndexes() does not let the query of a large container wait', async () => {
    store = new MemoryStore();
    const { builder, container, states } = await containerOf(20_000, store);
    await builder.requestIndexes(container, PATHS);
    expect(states()).toEqual([]);
    await turns(MANY_TURNS);
    expect(states()).toEqual([
      ['v', true],
      ['w', true],
    ]);
  });

  it('indexes that are asked for at once are filled in the same steps', async () => {
    store = new MemoryStore();
    const { builder, container } = await containerOf(600, store);
    const { indexes } = store;
    const extend = jest.spyOn(indexes, 'extend');
    await Promise.all(PATHS.map((path) => builder.requestIndexes(container, [path])));
    expect(extend.mock.calls.map(([ids]) => ids.length)).toEqual([PATHS.length]);
  });

  it('building gives way while a query reads without an index, and goes on when time has passed', async () => {
    store = new SqliteStore(openDatabase(directory.path));
    const { builder, clock, container, states } = await containerOf(5_000, store);
    const reading = Promise.withResolvers<void>();
    const read = builder.withPriority(() => reading.promise);
    const wanted = builder.requestIndexes(container, PATHS);
    await turns(MANY_TURNS);
    expect(states()).toEqual([
      ['v', false],
      ['w', false],
    ]);
    reading.resolve();
    await read;
    await clock.advance(1);
    await wanted;
    expect(states()).toEqual([
      ['v', true],
      ['w', true],
    ]);
  });

  it('an index that is dropped while it is built is not made again', async () => {
    store = new SqliteStore(openDatabase(`${directory.path}/dropped`));
    const { builder, container, states } = await containerOf(5_000, store);
    const wanted = builder.requestIndexes(container, PATHS);
    await turns(2);
    const [first] = store.indexes.list(container.number);
    store.transaction(() => store.indexes.drop(first?.id ?? 0));
    await wanted;
    expect(states()).toEqual([['w', true]]);
  });
});
