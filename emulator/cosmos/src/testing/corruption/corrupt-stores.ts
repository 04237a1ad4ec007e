import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Container, CosmosClient } from '@azure/cosmos';
import { type Log, silentLog } from '@lazurite/runtime';
import { startCosmos } from '../../index.ts';
import { StoreError } from '../../store/errors.ts';
import { corrupt, type OtherStores, Picker, STORE_FILES } from './corruptions.ts';

export interface CorruptionOptions {
  /** An empty directory to work in. */
  readonly directory: string;
  readonly seed: number;
  readonly rounds: number;
  /** In each of two containers. */
  readonly items: number;
}

/** What became of one corrupted store. */
export interface CorruptionOutcome {
  readonly corruption: string;
  readonly result: 'rejected' | 'served' | 'served with a warning' | 'an item answered with an error';
  /** What must not happen: changed items, missing items, files changed by a start that was rejected. */
  readonly faults: readonly string[];
}

/** Corrupts copies of a store, one way each, and looks at what a server makes of them. */
export async function corruptStores(options: CorruptionOptions): Promise<readonly CorruptionOutcome[]> {
  const pick = new Picker(options.seed);
  const world = await makeStores(options);
  const outcomes: CorruptionOutcome[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const dataDir = join(options.directory, `round-${round}`);
    cpSync(pick.among([world.closed, world.killed]), dataDir, { recursive: true });
    const corruption = corrupt(dataDir, world, pick);
    outcomes.push(await examine(dataDir, { corruption, expected: world.expected }));
    rmSync(dataDir, { recursive: true, force: true });
  }
  return outcomes;
}

/** The items by container and id, as they were acknowledged. */
type Expected = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

interface World extends OtherStores {
  /** A store that was closed properly. */
  readonly closed: string;
  /** The files of one whose server was killed: a part is in the write-ahead log alone. */
  readonly killed: string;
  readonly expected: Expected;
}

const CONTAINERS = ['plain', 'versions'];

async function makeStores({ directory, items }: CorruptionOptions): Promise<World> {
  const paths = (name: string) => join(directory, name);
  await fill(paths('foreign'), { items, text: 'of another store' });
  const expected = await fill(paths('closed'), {
    items,
    text: 'of this store',
    onHalf: () => copyStore(paths('closed'), paths('older')),
    onEnd: () => copyStore(paths('closed'), paths('killed')),
  });
  return {
    closed: paths('closed'),
    killed: paths('killed'),
    older: paths('older'),
    foreign: paths('foreign'),
    expected,
  };
}

interface Filling {
  readonly items: number;
  readonly text: string;
  readonly onHalf?: () => void;
  readonly onEnd?: () => void;
}

/** Starts twice, so that a part is in the main file and the rest in the log. */
async function fill(dataDir: string, { items, text, onHalf, onEnd }: Filling): Promise<Expected> {
  const expected = new Map(CONTAINERS.map((name) => [name, new Map<string, unknown>()]));
  for (const half of [0, 1]) {
    const server = await startCosmos({ dataDir });
    const client = new CosmosClient(server.connectionString);
    for (const [name, known] of expected) {
      const container = await openContainer(client, name);
      for (let number = half * (items / 2); number < (half + 1) * (items / 2); number++) {
        const item = { id: `item-${number}`, pk: `p${number % 3}`, number, text: text.repeat(1 + (number % 60)) };
        known.set(item.id, (await container.items.create(item)).resource);
      }
      const { resource } = await container.items.upsert({ id: 'item-0', pk: 'p0', half, text });
      known.set('item-0', resource);
    }
    client.dispose();
    if (half === 1) onEnd?.();
    await server.close();
    if (half === 0) onHalf?.();
  }
  return expected;
}

async function openContainer(client: CosmosClient, id: string): Promise<Container> {
  const { database } = await client.databases.createIfNotExists({ id: 'db' });
  const policy = id === 'versions' ? { changeFeedPolicy: { retentionDuration: 10 } } : {};
  const definition = { id, partitionKey: '/pk', uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/number'] }] }, ...policy };
  return (await database.containers.createIfNotExists(definition as object)).container;
}

/** What a kill leaves: the files as they are. */
function copyStore(from: string, to: string): void {
  mkdirSync(to);
  for (const file of STORE_FILES) if (existsSync(join(from, file))) copyFileSync(join(from, file), join(to, file));
}

async function examine(
  dataDir: string,
  { corruption, expected }: { corruption: string; expected: Expected },
): Promise<CorruptionOutcome> {
  const before = contentOf(dataDir);
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_, message) => warnings.push(message) };
  try {
    const server = await startCosmos({ dataDir, log });
    const client = new CosmosClient(server.connectionString);
    const { faults, errors } = await compare(client, expected);
    client.dispose();
    await server.close();
    const served = warnings.length > 0 ? 'served with a warning' : 'served';
    return { corruption, result: errors > 0 ? 'an item answered with an error' : served, faults };
  } catch (error) {
    if (!(error instanceof StoreError))
      return { corruption, result: 'rejected', faults: [`The start failed with ${error}`] };
    const changed = STORE_FILES.filter((_, index) => contentOf(dataDir)[index] !== before[index]);
    return { corruption, result: 'rejected', faults: changed.map((file) => `${file} was changed`) };
  }
}

function contentOf(dataDir: string): readonly string[] {
  return STORE_FILES.map((file) =>
    existsSync(join(dataDir, file)) ? readFileSync(join(dataDir, file), 'latin1') : 'missing',
  );
}

/** Errors are no faults: a damaged item may answer 500 or 503, but neither another content nor 404. */
async function compare(client: CosmosClient, expected: Expected): Promise<{ faults: string[]; errors: number }> {
  const faults: string[] = [];
  let errors = 0;
  for (const [name, items] of expected) {
    const container = client.database('db').container(name);
    for (const [id, item] of items) {
      const read = await outcomeOf(() => container.item(id, (item as { pk: string }).pk).read()); // as `fill` made it
      if (read === 'an error') errors += 1;
      else if (JSON.stringify(read) !== JSON.stringify(item))
        faults.push(`${name}/${id} was read as ${JSON.stringify(read)}`);
    }
    const queried = await outcomeOf(async () => {
      const { resources } = await container.items.query('SELECT * FROM c ORDER BY c.number').fetchAll();
      return { resource: resources };
    });
    if (queried === 'an error') errors += 1;
    else if (!isSameSet(queried, items)) faults.push(`A query of ${name} gave other items`);
  }
  return { faults, errors };
}

function isSameSet(queried: unknown, items: ReadonlyMap<string, unknown>): boolean {
  const texts = (of: Iterable<unknown>) => [...of].map((one) => JSON.stringify(one)).sort();
  return JSON.stringify(texts(queried as unknown[])) === JSON.stringify(texts(items.values())); // the items of a page
}

/** The resource, undefined for 404, or that the server answered 500 or 503. */
async function outcomeOf(read: () => Promise<{ resource?: unknown }>): Promise<unknown> {
  try {
    return (await read()).resource;
  } catch (error) {
    const { code } = error as { code?: number }; // the SDK's errors have the status
    if (code === 500 || code === 503) return 'an error';
    throw error;
  }
}
