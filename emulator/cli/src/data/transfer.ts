import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Container, ContainerDefinition, CosmosClient, Database, ItemDefinition } from '@azure/cosmos';
import { makeFolder } from '@lazurite/runtime';
import { CommandError } from '../errors.ts';
import { pipeToStdout } from '../terminal.ts';
import {
  assertFile,
  type ContainerFlags,
  type CosmosAccount,
  chooseContainer,
  listContainers,
  useClient,
  withCosmos,
} from './accounts.ts';
import { type DataDependencies, withoutSystemProperties } from './items.ts';
import { importResource, type ResourceLine, scriptLines, userLines } from './transfer-resources.ts';

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

/** Writes all databases, or those that the flags name, as JSON lines: a database, its containers, each with its scripts and items, its users. */
export function exportData(flags: ExportFlags, { terminal, process }: DataDependencies): Promise<void> {
  return withCosmos({ ...flags, env: process.env }, async (client) => {
    if (flags.db !== undefined || flags.container !== undefined) await assertSomething(client, flags);
    const exporter = new Exporter(client, flags);
    if (flags.file === undefined) await pipeToStdout(exporter.lines(), process.stdout);
    else await writeWhole(flags.file, exporter.lines());
    terminal.error(`Exported ${exporter.items} items${flags.file === undefined ? '' : ` to ${flags.file}`}\n`);
  });
}

/** A name that is wrong is no empty export. */
async function assertSomething(client: CosmosClient, { db, container }: ExportFlags): Promise<void> {
  const all = await listContainers(client);
  if (all.some((one) => (db ?? one.database) === one.database && (container ?? one.id) === one.id)) return;
  await chooseContainer(client, { ...(db !== undefined && { db }), ...(container !== undefined && { container }) });
}

/** Writes the file whole or not at all. @throws CommandError FileNotWritten; whatever ends the lines */
async function writeWhole(file: string, lines: AsyncIterable<string>): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  let failure: unknown;
  async function* observed(): AsyncGenerator<string> {
    try {
      yield* lines;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  try {
    await makeFolder(dirname(file));
    await pipeline(observed, createWriteStream(draft));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined); // it was not there, or is no file of ours
    if (failure !== undefined) throw failure;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError('FileNotWritten', `${file} cannot be written: ${reason}`, { cause: error });
  }
}

class Exporter {
  readonly #client: CosmosClient;
  readonly #wanted: ContainerFlags;
  /** How many items were in the lines so far. */
  items = 0;

  constructor(client: CosmosClient, wanted: ContainerFlags = {}) {
    this.#client = client;
    this.#wanted = wanted;
  }

  async *lines(): AsyncGenerator<string> {
    const { db, container } = this.#wanted;
    const { resources: databases } = await this.#client.databases.readAll().fetchAll();
    for (const { id } of databases.filter((one) => (db ?? one.id) === one.id)) {
      yield toLine({ type: 'database', version: FORMAT_VERSION, id });
      const { resources } = await this.#client.database(id).containers.readAll().fetchAll();
      for (const definition of resources.filter((one) => (container ?? one.id) === one.id)) {
        yield toLine({ type: 'container', definition: withoutLinks({ ...definition }) });
        const one = this.#client.database(id).container(definition.id);
        yield* (await scriptLines(one)).map(toLine);
        yield* this.#itemLines(one);
      }
      if (container === undefined) yield* (await userLines(this.#client.database(id))).map(toLine);
    }
  }

  async *#itemLines(container: Container): AsyncGenerator<string> {
    for await (const { resources } of container.items.readAll<ItemDefinition>().getAsyncIterator()) {
      for (const item of resources) yield toLine({ type: 'item', item: withoutSystemProperties(item) });
      this.items += resources.length;
    }
  }
}

function toLine(line: object): string {
  return `${JSON.stringify(line)}\n`;
}

/** A definition has links to what belongs to it besides. */
function withoutLinks(definition: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => !name.startsWith('_')));
}

/** Reads such lines. What is missing is created, and items are created or replaced; what else is stored stays. */
export async function importData(flags: ImportFlags, { terminal, process }: DataDependencies): Promise<void> {
  if (flags.file !== undefined) await assertFile(flags.file); // before a folder is made for the data
  return withCosmos(
    { ...flags, env: process.env },
    async (client) => {
      const input = flags.file === undefined ? process.stdin : createReadStream(flags.file);
      const items = await importLines(client, input, flags.file ?? 'stdin');
      terminal.error(`Imported ${items} items\n`);
    },
    { creates: true },
  );
}

/** @param input is read at once: nobody else listens to its errors */
async function importLines(client: CosmosClient, input: Readable, source: string): Promise<number> {
  const importer = new Importer(client);
  let number = 0;
  for await (const text of linesOf(input, source)) {
    number += 1;
    if (text.trim() !== '') await importer.take(parseLine(text, `${source}, line ${number}`));
  }
  return importer.end();
}

/** Not by node:readline, for which other characters end a line, too, which JSON has within texts. */
async function* linesOf(input: Readable, source: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of input.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (rest.length > MAX_LINE_CHARACTERS) break; // the caller rejects it
    }
  } catch (cause) {
    throw new CommandError('FileNotRead', `${source} cannot be read`, { cause });
  }
  yield rest;
}

type Line =
  | { readonly type: 'database'; readonly id: string; readonly place: string }
  | { readonly type: 'container'; readonly definition: ContainerDefinition; readonly place: string }
  | { readonly type: 'item'; readonly item: ItemDefinition; readonly place: string }
  | (ResourceLine & { readonly place: string });

function parseLine(text: string, place: string): Line {
  if (text.length > MAX_LINE_CHARACTERS) throw badLine(place, 'is longer than any item');
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    throw badLine(place, 'is no JSON');
  }
  const { type, id, definition, item, kind, properties } = (line ?? {}) as Record<string, unknown>; // checked here
  if (type === 'database' && typeof id === 'string') return { type, id, place };
  if (type === 'container' && hasId(definition)) return { type, definition, place };
  if (type === 'item' && hasId(item)) return { type, item, place };
  if (type === 'resource' && typeof kind === 'string' && hasId(properties))
    return { type, kind, properties: { ...properties }, place };
  throw badLine(place, 'must be a database, a container, an item or another resource of an export');
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
  #user: string | undefined;
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
      this.#user = undefined;
      return;
    }
    if (this.#database === undefined) throw badLine(line.place, `is a ${line.type} before any database`);
    if (line.type === 'resource') return this.#addResource(line, this.#client.database(this.#database));
    const { containers } = this.#client.database(this.#database);
    this.#container = (await containers.createIfNotExists(line.definition)).container;
  }

  async #addResource(line: ResourceLine & { readonly place: string }, database: Database): Promise<void> {
    const place = { database, container: this.#container, user: this.#user };
    if (!(await importResource(line, place))) throw badLine(line.place, 'belongs to nothing that is before it');
    if (line.kind === 'users') this.#user = String(line.properties.id);
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
export async function exportToFolder(account: CosmosAccount, folder: string): Promise<number> {
  return useClient(account, async (client) => {
    const exporter = new Exporter(client);
    await writeWhole(join(folder, FILE_NAME), exporter.lines());
    return exporter.items;
  });
}

/** For `start --import`: what `exportToFolder` wrote. */
export async function importFromFolder(account: CosmosAccount, folder: string): Promise<number> {
  const file = join(folder, FILE_NAME);
  return useClient(account, (client) => importLines(client, createReadStream(file), file));
}
