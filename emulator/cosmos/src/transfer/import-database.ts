import type { Account, Container } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import { createContainer } from '../operations/containers/create-container.ts';
import { createDatabase } from '../operations/databases/create-database.ts';
import { deleteDatabase } from '../operations/databases/delete-database.ts';
import { createItem, toItemInput } from '../operations/items/item-transaction.ts';
import { TransferError } from './errors.ts';
import { type Line, parseLine } from './line.ts';
import type { OnProgress } from './progress.ts';
import { importResource } from './resource-lines.ts';

/** Items written with one commit. */
const ITEMS_AT_ONCE = 500;
const CHARACTERS_AT_ONCE = 8 * 1024 * 1024;

export interface ImportOptions {
  /** The id of the new database; absent: as it was exported. */
  readonly database?: string;
  readonly onProgress?: OnProgress;
}

/**
 * Creates a database from an export of `exportLines`: all of it, or nothing.
 *
 * @returns the id of the database
 * @throws TransferError BadLine naming the number of a line that is wrong, DatabaseExists
 */
export async function importLines(
  account: Account,
  chunks: AsyncIterable<Uint8Array | string>,
  options: ImportOptions = {},
): Promise<string> {
  const lines = splitLines(chunks);
  const { done, value: first } = await lines.next();
  if (done) throw new TransferError('BadLine', 'Line 1 is missing, expected a database');
  const id = await openDatabase(account, first, options.database);
  try {
    await new Import(account, id, options.onProgress).take(lines);
    return id;
  } catch (error) {
    await deleteDatabase(account, id);
    throw error;
  }
}

async function openDatabase(account: Account, first: NumberedLine, renamed: string | undefined): Promise<string> {
  const line = parse(first);
  if (line.type !== 'database') throw badLine(first, 'expected a database');
  const id = renamed ?? line.id;
  try {
    await createDatabase(account, { id }, line.throughput);
    return id;
  } catch (error) {
    if (error instanceof CosmosError && error.code === 'Conflict')
      throw new TransferError('DatabaseExists', `The database '${id}' exists already`, { cause: error });
    throw asBadLine(first, error);
  }
}

/** Reads the lines behind the first into a database. */
class Import {
  readonly #account: Account;
  readonly #database: string;
  readonly #onProgress: OnProgress | undefined;
  #container: Container | undefined;
  #user: string | undefined;
  #containers = 0;
  #items = 0;
  #pending: Promise<unknown>[] = [];
  #pendingCharacters = 0;

  constructor(account: Account, database: string, onProgress: OnProgress | undefined) {
    this.#account = account;
    this.#database = database;
    this.#onProgress = onProgress;
  }

  async take(lines: AsyncIterable<NumberedLine>): Promise<void> {
    for await (const numbered of lines) {
      const line = parse(numbered);
      if (line.type === 'database') throw badLine(numbered, 'a second database');
      if (line.type === 'container') await this.#open(numbered, line);
      else if (line.type === 'resource') await this.#addResource(numbered, line);
      else this.#add(numbered, line);
      if (this.#pending.length >= ITEMS_AT_ONCE || this.#pendingCharacters >= CHARACTERS_AT_ONCE) await this.#settle();
    }
    await this.#settle();
  }

  async #open(numbered: NumberedLine, line: Line & { type: 'container' }): Promise<void> {
    const input = { body: line.definition, ...(line.throughput && { throughput: line.throughput }) };
    try {
      const { container } = await createContainer(this.#account, this.#database, input);
      this.#container = container;
      this.#containers += 1;
    } catch (error) {
      throw asBadLine(numbered, error);
    }
  }

  async #addResource(numbered: NumberedLine, line: Line & { type: 'resource' }): Promise<void> {
    const place = { database: this.#database, container: this.#container, user: this.#user };
    try {
      const id = await importResource(this.#account, line, place);
      if (line.kind === 'users') this.#user = id;
    } catch (error) {
      throw asBadLine(numbered, error);
    }
  }

  #add(numbered: NumberedLine, { item }: Line & { type: 'item' }): void {
    const container = this.#container;
    if (!container) throw badLine(numbered, 'an item before any container');
    const written = this.#write(container, item).catch((error: unknown) => {
      throw asBadLine(numbered, error);
    });
    written.catch(() => undefined); // `settle` handles it
    this.#pending.push(written);
    this.#pendingCharacters += numbered.text.length;
  }

  async #write(container: Container, item: (Line & { type: 'item' })['item']): Promise<void> {
    await createItem(this.#account, container, toItemInput(container, item, container.partitionKeyOf(item)));
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending);
    this.#items += this.#pending.length;
    this.#pending = [];
    this.#pendingCharacters = 0;
    this.#onProgress?.({ containers: this.#containers, items: this.#items });
  }
}

function parse(numbered: NumberedLine): Line {
  try {
    return parseLine(numbered.text);
  } catch (error) {
    throw asBadLine(numbered, error);
  }
}

function badLine({ number }: NumberedLine, reason: string, cause?: unknown): TransferError {
  return new TransferError('BadLine', `Line ${number}: ${reason}`, { cause });
}

/** The line is at fault when the operation was rejected, but not for example when the disk is full. */
function asBadLine(numbered: NumberedLine, error: unknown): unknown {
  const wasRejected = error instanceof CosmosError && error.status < 500;
  return wasRejected ? badLine(numbered, error.message, error) : error;
}

/** An item of 2 MB with all characters escaped, and the members around it. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

interface NumberedLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** Splits a stream of UTF-8 into lines and leaves out empty ones. @throws TransferError BadLine for a line that does not end */
async function* splitLines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      number += 1;
      if (text.trim() !== '') yield { number, text };
    }
    if (rest.length > MAX_LINE_CHARACTERS) throw new TransferError('BadLine', `Line ${number + 1} is too long`);
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield { number: number + 1, text: rest };
}
