import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { Container, CosmosClient, ItemDefinition, PartitionKey } from '@azure/cosmos';
import { CommandError } from '../errors.ts';
import { formatTable } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';
import { type ContainerFlags, chooseContainer, listContainers, withCosmos } from './accounts.ts';

export interface DataDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
}

export interface QueryFlags extends ContainerFlags {
  readonly json: boolean;
}

export interface ItemFlags extends QueryFlags {
  /** JSON, or a text as it is. */
  readonly partitionKey?: string;
}

type Item = Readonly<Record<string, unknown>>;

/** Prints what a query gives, as a table or as JSON lines; on stderr how many items and request units that was. */
export function query(sql: string, flags: QueryFlags, { terminal, process }: DataDependencies): Promise<void> {
  return withCosmos({ ...flags, env: process.env }, async (client) => {
    const container = await chooseContainer(client, flags);
    const { resources, requestCharge } = await container.items.query<unknown>(sql).fetchAll();
    terminal.out(flags.json ? toJsonLines(resources) : formatTable(resources.map(toRow)));
    terminal.error(`${resources.length} ${resources.length === 1 ? 'item' : 'items'}, ${requestCharge} RU\n`);
  });
}

/** Lists the containers with the number of their items, or the items of the container that is named. */
export function listData(flags: QueryFlags, { terminal, process }: DataDependencies): Promise<void> {
  return withCosmos({ ...flags, env: process.env }, async (client) => {
    const namesOne = flags.db !== undefined || flags.container !== undefined;
    const rows = namesOne ? await itemsOf(await chooseContainer(client, flags)) : await containersOf(client);
    terminal.out(flags.json ? toJsonLines(rows) : formatTable(rows));
  });
}

async function containersOf(client: CosmosClient): Promise<readonly Item[]> {
  const listed = await listContainers(client);
  const counts = listed.map(async ({ database, id, partitionKey }) => {
    const items = await countItems(client.database(database).container(id));
    return { database, container: id, partitionKey: partitionKey.join(' '), items };
  });
  return Promise.all(counts);
}

export async function countItems({ items }: Container): Promise<number> {
  const { resources } = await items.query<number>('SELECT VALUE COUNT(1) FROM c').fetchAll();
  return resources[0] ?? 0;
}

async function itemsOf(container: Container): Promise<readonly Item[]> {
  const { resources } = await container.items.query<Item>('SELECT * FROM c').fetchAll();
  return resources.map(withoutSystemProperties);
}

/** Prints one item as JSON. */
export function showItem(id: string, flags: ItemFlags, { terminal, process }: DataDependencies): Promise<void> {
  return withCosmos({ ...flags, env: process.env }, async (client) => {
    const { item } = await findItem(await chooseContainer(client, flags), id, flags);
    terminal.out(`${JSON.stringify(item, null, 2)}\n`);
  });
}

/** Creates or replaces the item that is in a file, or on stdin. */
export function putItem(
  file: string | undefined,
  flags: ContainerFlags,
  { terminal, process }: DataDependencies,
): Promise<void> {
  return withCosmos({ ...flags, env: process.env }, async (client) => {
    const item = parseItem(await readInput(file, process), file ?? 'stdin');
    const container = await chooseContainer(client, flags);
    const { statusCode, requestCharge } = await container.items.upsert(item);
    terminal.error(`${statusCode === 201 ? 'Created' : 'Replaced'} ${String(item.id)}, ${requestCharge} RU\n`);
  });
}

/** Deletes one item. */
export function deleteItem(id: string, flags: ItemFlags, { terminal, process }: DataDependencies): Promise<void> {
  return withCosmos({ ...flags, env: process.env }, async (client) => {
    const container = await chooseContainer(client, flags);
    const { partitionKey } = await findItem(container, id, flags);
    const { requestCharge } = await container.item(id, partitionKey).delete();
    terminal.error(`Deleted ${id}, ${requestCharge} RU\n`);
  });
}

interface FoundItem {
  readonly item: ItemDefinition;
  readonly partitionKey: PartitionKey;
}

/** By its id, in the partition that is named, or the only one that has it. */
async function findItem(container: Container, id: string, { partitionKey }: ItemFlags): Promise<FoundItem> {
  const asked = partitionKey === undefined ? {} : { partitionKey: parsePartitionKey(partitionKey) };
  const spec = { query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: id }] };
  const { resources } = await container.items.query<ItemDefinition>(spec, asked).fetchAll();
  const [item] = resources;
  if (item && resources.length === 1) return { item, partitionKey: partitionKeyOf(item, await pathsOf(container)) };
  const message =
    resources.length === 0
      ? `Container '${container.id}' has no item '${id}'`
      : `${resources.length} items of container '${container.id}' have the id '${id}'. Name the partition with --partition-key`;
  throw new CommandError('ItemNotFound', message);
}

function parsePartitionKey(text: string): PartitionKey {
  try {
    return JSON.parse(text) as PartitionKey; // the server rejects any other
  } catch {
    return text;
  }
}

export async function pathsOf(container: Container): Promise<readonly string[]> {
  const { resource } = await container.read();
  return resource?.partitionKey?.paths ?? ['/id'];
}

/** The value at each path; absent ones as Cosmos DB writes them. */
export function partitionKeyOf(item: ItemDefinition, paths: readonly string[]): PartitionKey {
  const values = paths.map((path) => {
    const names = path
      .split('/')
      .slice(1)
      .map((name) => name.replace(/^"|"$/g, ''));
    return names.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), item);
  });
  // Undefined stands for an absent value: an empty object on the wire.
  return values.map((value) => (value === undefined ? {} : value)) as PartitionKey; // keys are scalars where they exist
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function readInput(file: string | undefined, process: NodeJS.Process): Promise<string> {
  if (file === undefined || file === '-') return readAll(process.stdin);
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CommandError('FileNotRead', `${file} cannot be read`, { cause });
  });
}

function parseItem(text: string, source: string): ItemDefinition {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && typeof value.id === 'string') return value;
  } catch {
    // reported below
  }
  throw new CommandError('InvalidItem', `${source} must hold one JSON object with a text 'id'`);
}

const SYSTEM_PROPERTIES = new Set(['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn']);

export function withoutSystemProperties(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !SYSTEM_PROPERTIES.has(name)));
}

function toRow(value: unknown): Item {
  return isObject(value) && !Array.isArray(value) ? withoutSystemProperties(value) : { value };
}

function toJsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
