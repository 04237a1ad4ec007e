import { seededRandomness, silentLog, VirtualClock } from '@lazurite/runtime';
import type { Account, Container } from '../account/account.ts';
import { openAccount } from '../account/open-account.ts';
import { CosmosError } from '../model/errors.ts';
import { readChangeFeed } from '../operations/change-feed/read-change-feed.ts';
import { createContainer } from '../operations/containers/create-container.ts';
import { createDatabase } from '../operations/databases/create-database.ts';
import {
  applyDelete,
  applyUpsert,
  type ItemInput,
  ItemTransaction,
  toItemInput,
} from '../operations/items/item-transaction.ts';
import type { Store } from '../store/store.ts';

/** What one of several clients does next. */
export type Step =
  /** One LSN for all of them. */
  | { readonly do: 'write'; readonly ids: readonly number[]; readonly pk: number }
  | { readonly do: 'delete'; readonly id: number; readonly pk: number }
  | { readonly do: 'read'; readonly maxItemCount: number }
  /** Lets the running group of writes come to its end. */
  | { readonly do: 'wait' };

/** One entry that a reader was given. */
export interface Seen {
  readonly range: number;
  readonly lsn: number;
  readonly key: string;
  /** Of each write of an item another number; absent: deleted. */
  readonly version?: number;
}

type Mode = 'latestVersion' | 'allVersionsAndDeletes';

interface Entry {
  readonly pk?: number;
  readonly id?: string;
  readonly version?: number;
  readonly _lsn?: number;
  readonly current?: Entry;
  readonly previous?: Entry;
  readonly metadata?: { readonly lsn: number };
}

/** Writers and readers of one container with three physical partitions, who do not wait for each other. */
export class ChangeFeedWorld {
  /** What was written, in the order in which it took effect; the version is absent for a delete. */
  readonly written: { readonly key: string; readonly version?: number }[] = [];
  readonly seen: Seen[] = [];
  readonly #account: Account;
  readonly #container: Container;
  readonly #mode: Mode;
  readonly #etags: string[];
  readonly #running: Promise<unknown>[] = [];
  #version = 0;

  private constructor(account: Account, container: Container, mode: Mode) {
    this.#account = account;
    this.#container = container;
    this.#mode = mode;
    this.#etags = container.ranges.map(() => '0');
  }

  static async open(store: Store, mode: Mode): Promise<ChangeFeedWorld> {
    const account = openAccount({
      store,
      clock: new VirtualClock(),
      randomness: seededRandomness(1),
      log: silentLog,
    });
    await createDatabase(account, { id: 'db' });
    const throughput = { kind: 'manual', requestUnits: 30_000 } as const;
    const policies = { changeFeedPolicy: { retentionDuration: 10 } };
    const body = { id: 'c', partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 }, ...policies };
    await createContainer(account, 'db', { body, throughput });
    return new ChangeFeedWorld(account, account.catalog.container('db', 'c'), mode);
  }

  /** Plays the plan, then reads to the end. */
  async play(plan: readonly Step[]): Promise<void> {
    for (const step of plan) await this.#take(step);
    await Promise.all(this.#running);
    for (const range of this.#etags.keys()) while (await this.#read(range, 3));
  }

  close(): void {
    this.#account.store.close();
  }

  async #take(step: Step): Promise<void> {
    if (step.do === 'write') this.#running.push(this.#write(step.ids, step.pk));
    else if (step.do === 'delete') this.#running.push(this.#delete(step.id, step.pk));
    else if (step.do === 'read') for (const range of this.#etags.keys()) await this.#read(range, step.maxItemCount);
    else await Promise.all(this.#running);
  }

  #write(ids: readonly number[], pk: number): Promise<void> {
    const inputs = ids.map((id) => this.#input(id, pk));
    return this.#account.commits.write(() => {
      const transaction = new ItemTransaction(this.#account, this.#container);
      for (const input of inputs) {
        applyUpsert(transaction, input);
        this.written.push({ key: keyOf(input.properties), version: Number(input.properties.version) });
      }
    });
  }

  async #delete(id: number, pk: number): Promise<void> {
    const { key, properties } = this.#input(id, pk);
    await this.#account.commits
      .write(() => {
        applyDelete(new ItemTransaction(this.#account, this.#container), { key });
        this.written.push({ key: keyOf(properties) });
      })
      .catch((error: unknown) => {
        if (!(error instanceof CosmosError && error.code === 'NotFound')) throw error;
      });
  }

  #input(id: number, pk: number): ItemInput {
    const pkText = `p${pk}`;
    return toItemInput(this.#container, { id: `${id}`, pk: pkText, version: ++this.#version }, [pkText]);
  }

  /** @returns whether there was something new */
  async #read(range: number, maxItemCount: number): Promise<boolean> {
    const lsns = [Number(this.#etags[range])];
    const start = { from: 'lsns', lsns } as const;
    const scope = { range };
    const page = await readChangeFeed(this.#account, this.#container, { mode: this.#mode, start, scope, maxItemCount });
    this.#etags[range] = (page.etag ?? '').slice(1, -1);
    if (page.body === undefined) return false;
    const { Documents } = JSON.parse(page.body.toString()) as { Documents: Entry[] };
    this.seen.push(...Documents.map((entry) => toSeen(range, entry)));
    return true;
  }
}

function toSeen(range: number, entry: Entry): Seen {
  if (!entry.metadata) return seenOf(range, entry._lsn ?? 0, entry);
  const { lsn } = entry.metadata;
  if (entry.current?.id !== undefined) return seenOf(range, lsn, entry.current);
  return { range, lsn, key: keyOf(entry.previous ?? {}) };
}

function seenOf(range: number, lsn: number, item: Entry): Seen {
  return { range, lsn, key: keyOf(item), version: item.version ?? 0 };
}

function keyOf({ pk, id }: { readonly pk?: unknown; readonly id?: unknown }): string {
  return `${String(pk)}/${String(id)}`;
}
