import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import type { Container, ContainerDefinition, CosmosClient, ItemDefinition } from '@azure/cosmos';
import { CommandError } from '../errors.ts';
import { assertFile, type ContainerFlags, chooseContainer, listContainers, withCosmos } from './accounts.ts';
import { type DataDependencies, withoutSystemProperties } from './items.ts';

export interface ExportFlags extends ContainerFlags {
  readonly file?: string;
}

export interface ImportFlags {
  readonly dataDir?: string;
  readonly file?: string;
}

const FORMAT_VERSION = 1;
/** How many items are written at the same time. */
const WRITES_AT_ONCE = 32;
/** In a folder of `--export-on-exit`. */
const FILE_NAME = 'cosmos.ndjson';
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** Writes all databases, or those that the flags name, as JSON lines: a database, its containers, each with its items. */
export function exportData(flags: ExportFlags, { terminal, process }: DataDependencies): Promise<void> {
  return withCosmos({ ...flags, env: process.env }, async (client) => {
    if (flags.db !== undefined || flags.container !== undefined) await assertSomething(client, flags);
    const items =
      flags.file === undefined
        ? await writeAccount(client, flags, process.stdout)
        : await exportToFile(client, flags.file, flags);
    terminal.error(`Exported ${items} items${flags.file === undefined ? '' : ` to ${flags.file}`}\n`);
  });
}

/** A name that is wrong is no empty export. */
async function assertSomething(client: CosmosClient, { db, container }: ExportFlags): Promise<void> {
  const all = await listContainers(client);
  if (all.some((one) => (db ?? one.database) === one.database && (container ?? one.id) === one.id)) return;
  await chooseContainer(client, { ...(db !== undefined && { db }), ...(container !== undefined && { container }) });
}

/** Writes the file whole or not at all. Resolves with the number of items. */
async function exportToFile(client: CosmosClient, file: string, flags: ContainerFlags = {}): Promise<number> {
  const draft = `${file}.${process.pid}.new`;
  await mkdir(dirname(file), { recursive: true });
  const stream = createWriteStream(draft);
  try {
    const items = await writeAccount(client, flags, stream);
    stream.end();
    await once(stream, 'finish');
    await rename(draft, file);
    return items;
  } catch (error) {
    stream.destroy();
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeAccount(client: CosmosClient, { db, container }: ContainerFlags, out: Writable): Promise<number> {
  const { resources: databases } = await client.databases.readAll().fetchAll();
  let items = 0;
  for (const { id } of databases.filter((one) => (db ?? one.id) === one.id)) {
    await write(out, { type: 'database', version: FORMAT_VERSION, id });
    const { resources } = await client.database(id).containers.readAll().fetchAll();
    for (const definition of resources.filter((one) => (container ?? one.id) === one.id)) {
      await write(out, { type: 'container', definition: withoutLinks({ ...definition }) });
      items += await writeItems(client.database(id).container(definition.id), out);
    }
  }
  return items;
}

async function writeItems(container: Container, out: Writable): Promise<number> {
  let items = 0;
  for await (const { resources } of container.items.readAll<ItemDefinition>().getAsyncIterator()) {
    for (const item of resources) await write(out, { type: 'item', item: withoutSystemProperties(item) });
    items += resources.length;
  }
  return items;
}

/** A definition has links to what belongs to it besides. */
function withoutLinks(definition: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => !name.startsWith('_')));
}

/** Waits for a reader that is slower. */
async function write(out: Writable, line: object): Promise<void> {
  if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
}

/** Reads such lines. What is missing is created, and items are created or replaced; what else is stored stays. */
export async function importData(flags: ImportFlags, { terminal, process }: DataDependencies): Promise<void> {
  if (flags.file !== undefined) await assertFile(flags.file); // before a folder is made for the data
  const input = flags.file === undefined ? process.stdin : createReadStream(flags.file);
  return withCosmos(
    { ...flags, env: process.env },
    async (client) => {
      const items = await importLines(client, input, flags.file ?? 'stdin');
      terminal.error(`Imported ${items} items\n`);
    },
    { creates: true },
  );
}

async function importLines(client: CosmosClient, input: NodeJS.ReadableStream, source: string): Promise<number> {
  const importer = new Importer(client);
  const failed = once(input, 'error').then(([cause]) => {
    throw new CommandError('FileNotRead', `${source} cannot be read`, { cause });
  });
  failed.catch(() => undefined); // it is raced below
  const reading = (async () => {
    let number = 0;
    for await (const text of createInterface({ input })) {
      number += 1;
      if (text.trim() !== '') await importer.take(parseLine(text, `${source}, line ${number}`));
    }
    return importer.end();
  })();
  return Promise.race([reading, failed]);
}

type Line =
  | { readonly type: 'database'; readonly id: string; readonly place: string }
  | { readonly type: 'container'; readonly definition: ContainerDefinition; readonly place: string }
  | { readonly type: 'item'; readonly item: ItemDefinition; readonly place: string };

function parseLine(text: string, place: string): Line {
  if (text.length > MAX_LINE_CHARACTERS) throw badLine(place, 'is longer than any item');
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    throw badLine(place, 'is no JSON');
  }
  const { type, id, definition, item } = (line ?? {}) as Record<string, unknown>; // checked here
  if (type === 'database' && typeof id === 'string') return { type, id, place };
  if (type === 'container' && hasId(definition)) return { type, definition, place };
  if (type === 'item' && hasId(item)) return { type, item, place };
  throw badLine(place, 'must be a database, a container or an item of an export');
}

function hasId(value: unknown): value is { id: string } {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}

function badLine(place: string, what: string): CommandError {
  return new CommandError('BadLine', `${place}: the line ${what}`);
}

class Importer {
  readonly #client: CosmosClient;
  #database: string | undefined;
  #container: Container | undefined;
  #pending: Promise<unknown>[] = [];
  #items = 0;

  constructor(client: CosmosClient) {
    this.#client = client;
  }

  async take(line: Line): Promise<void> {
    if (line.type === 'item') return this.#add(line.item, line.place);
    await this.#settle();
    if (line.type === 'database') {
      await this.#client.databases.createIfNotExists({ id: line.id });
      this.#database = line.id;
      this.#container = undefined;
      return;
    }
    if (this.#database === undefined) throw badLine(line.place, 'is a container before any database');
    const { containers } = this.#client.database(this.#database);
    this.#container = (await containers.createIfNotExists(line.definition)).container;
  }

  /** Resolves with the number of items. */
  async end(): Promise<number> {
    await this.#settle();
    return this.#items;
  }

  async #add(item: ItemDefinition, place: string): Promise<void> {
    if (!this.#container) throw badLine(place, 'is an item before any container');
    const written = this.#container.items.upsert(item);
    written.catch(() => undefined); // `settle` reports it
    this.#pending.push(written);
    if (this.#pending.length >= WRITES_AT_ONCE) await this.#settle();
  }

  async #settle(): Promise<void> {
    this.#items += this.#pending.length;
    await Promise.all(this.#pending.splice(0));
  }
}

/** For `start --export-on-exit`: all databases, into a file of the folder. */
export async function exportToFolder(connectionString: string, folder: string): Promise<number> {
  return useAccount(connectionString, (client) => exportToFile(client, join(folder, FILE_NAME)));
}

/** For `start --import`: what `exportToFolder` wrote. */
export async function importFromFolder(connectionString: string, folder: string): Promise<number> {
  const file = join(folder, FILE_NAME);
  return useAccount(connectionString, (client) => importLines(client, createReadStream(file), file));
}

async function useAccount<T>(connectionString: string, use: (client: CosmosClient) => Promise<T>): Promise<T> {
  const { CosmosClient: Client } = await import('@azure/cosmos');
  const client = new Client(connectionString);
  return use(client).finally(() => client.dispose());
}
