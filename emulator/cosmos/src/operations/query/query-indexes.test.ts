import { seededRandomness, silentLog, VirtualClock } from '@lazurite/runtime';
import fc from 'fast-check';
import type { Account, Container } from '../../account/account.ts';
import { openAccount } from '../../account/open-account.ts';
import { CosmosError } from '../../model/errors.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import { openDatabase } from '../../store/sqlite/open-database.ts';
import { SqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { makeDataDirectory } from '../../testing/data-directory.ts';
import { createContainer } from '../containers/create-container.ts';
import { createDatabase } from '../databases/create-database.ts';
import type { FeedScope } from '../feed.ts';
import { deleteItem, toItemInput, upsertItem } from '../items/item-transaction.ts';
import { queryDocuments } from './query-documents.ts';

const directory = makeDataDirectory();
afterAll(() => directory.remove());

const long = 'x'.repeat(300);
const scalars = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  1,
  2.5,
  1e300,
  2 ** 53,
  '',
  'a',
  'b',
  'é',
  '\u{1F600}',
  '\uff5e',
  '\ud800',
  `${long}a`,
  `${long}b`,
];
const values = fc.constantFrom<JsonValue | undefined>(...scalars, [], [1], [0], {}, { a: 1 });

interface Write {
  readonly id: number;
  readonly value: JsonValue | undefined;
  readonly second: JsonValue | undefined;
  readonly isDelete: boolean;
}

const write = fc.record({ id: fc.nat(12), value: values, second: values, isDelete: fc.boolean() });
const writes = fc.array(write, { maxLength: 40 });

const QUERIES = [
  'SELECT VALUE c.id FROM c ORDER BY c.v',
  'SELECT VALUE c.id FROM c ORDER BY c.v DESC',
  'SELECT TOP 3 VALUE c.id FROM c ORDER BY c.v DESC',
  'SELECT VALUE c.id FROM c WHERE c.v > "a" ORDER BY c.v OFFSET 1 LIMIT 4',
  'SELECT VALUE c.id FROM c WHERE c.v = 1 OR c.v = true',
  'SELECT VALUE c.id FROM c WHERE c.v >= 0 AND c.v < 2',
  `SELECT VALUE c.id FROM c WHERE c.v > "${long}a"`,
  'SELECT VALUE c.id FROM c WHERE c.v < "b"',
  'SELECT VALUE c.id FROM c WHERE c.v IN (null, "", 2.5)',
  'SELECT VALUE c.id FROM c WHERE STARTSWITH(c.v, "x")',
  'SELECT VALUE COUNT(1) FROM c WHERE c.v <= 2',
  'SELECT VALUE COUNT(1) FROM c WHERE c.v <= 2 AND c.w != 1',
  'SELECT VALUE COUNT(1) FROM c WHERE c.v = 2 OR (c.v = 0 AND c.w != 1)',
  'SELECT VALUE COUNT(1) FROM c',
  'SELECT VALUE c.id FROM c ORDER BY c.v, c.w',
  'SELECT VALUE c.id FROM c ORDER BY c.v, c.w DESC',
  'SELECT VALUE c.id FROM c ORDER BY c.v DESC, c.w',
  'SELECT VALUE c.id FROM c ORDER BY c.v DESC, c.w DESC, c.id',
  'SELECT TOP 4 VALUE c.id FROM c WHERE c.v >= 0 ORDER BY c.v, c.w DESC',
  'SELECT VALUE c.id FROM c WHERE c.v >= "" AND c.v < "b" AND c.w != 1 ORDER BY c.v, c.id DESC OFFSET 1 LIMIT 5',
  'SELECT VALUE c.id FROM c WHERE (c.v >= 1 AND (c.v > 1 OR (c.v = 1 AND c.id > "2"))) ORDER BY c.v, c.id',
];

/** Those that the service asks for before it sorts by several paths. */
const COMPOSITE_INDEXES = ['v w', 'v -w', 'v w id', '-v -w id', 'v id', 'v -id'].map((paths) =>
  paths.split(' ').map((path) => ({
    path: `/${path.replace('-', '')}`,
    order: path.startsWith('-') ? 'descending' : 'ascending',
  })),
);

/** Over the whole container, and in one of the logical partitions that share its indexes. */
const SCOPES: readonly FeedScope[] = [{}, { partitionKey: [0] }];

class World {
  readonly account: Account;
  readonly container: Promise<Container>;

  constructor(store: Store, minIndexedItems: number) {
    const parts = { store, clock: new VirtualClock(0), randomness: seededRandomness(1), log: silentLog };
    this.account = openAccount({ ...parts, minIndexedItems });
    this.container = this.#prepare();
  }

  async #prepare(): Promise<Container> {
    await createDatabase(this.account, { id: 'db' });
    const indexingPolicy = { compositeIndexes: COMPOSITE_INDEXES };
    const body = { id: 'c', partitionKey: { paths: ['/p'], kind: 'Hash', version: 2 }, indexingPolicy };
    const { container } = await createContainer(this.account, 'db', { body });
    if (!container) throw new Error('A container was created');
    return container;
  }

  async write({ id, value: v, second: w, isDelete }: Write): Promise<void> {
    const container = await this.container;
    const p = id % 2;
    const item: JsonObject = { id: String(id), p, ...(v !== undefined && { v }), ...(w !== undefined && { w }) };
    const input = toItemInput(container, item, [p]);
    if (!isDelete) await upsertItem(this.account, container, input);
    else await deleteItem(this.account, container, { key: input.key }).catch(() => undefined);
  }

  /** All rows, page by page. */
  async rows(text: string, scope: FeedScope, maxItemCount: number): Promise<unknown[]> {
    const rows: unknown[] = [];
    let continuation: string | undefined;
    do {
      const page = await this.page(text, scope, maxItemCount, continuation);
      rows.push(...page.rows);
      continuation = page.continuation;
    } while (continuation !== undefined);
    return rows;
  }

  async page(text: string, scope: FeedScope, maxItemCount: number, continuation: string | undefined) {
    const next = continuation === undefined ? {} : { continuation };
    const input = {
      body: { text, parameters: [] },
      scope,
      maxItemCount,
      crossesPartitions: true,
      isClosed: () => false,
      ...next,
    };
    const result = await queryDocuments(this.account, await this.container, input);
    return { rows: JSON.parse(String(result.body)).Documents as unknown[], continuation: result.continuation };
  }

  /** A page, then writes, then the next page...; ends where a token is rejected, because its item is gone. */
  async pagesBetweenWrites(text: string, scope: FeedScope, writes: readonly Write[]): Promise<unknown[][]> {
    const pages: unknown[][] = [];
    let continuation: string | undefined;
    for (const write of writes) {
      const page = await this.page(text, scope, 2, continuation).catch((error: CosmosError) => error);
      if (page instanceof CosmosError) return [...pages, [page.code]];
      pages.push(page.rows);
      if (page.continuation === undefined) return pages;
      continuation = page.continuation;
      await this.write(write);
    }
    return pages;
  }
}

/** One world with the indexes of all queries, one without any, both after the same writes. */
async function twoWorlds(store: Store, before: readonly Write[]) {
  const indexed = new World(store, 0);
  const plain = new World(new MemoryStore(), Number.POSITIVE_INFINITY);
  for (const each of before) await Promise.all([indexed.write(each), plain.write(each)]);
  for (const query of QUERIES) for (const scope of SCOPES) await indexed.rows(query, scope, 1_000);
  return { indexed, plain };
}

function openSqlite(): Store {
  return new SqliteStore(openDatabase(`${directory.path}/${count++}`));
}
let count = 0;

const NUM_RUNS = Number(process.env.LAZURITE_INDEX_CASES ?? 25);

describe.each([
  ['MemoryStore', () => new MemoryStore()],
  ['SqliteStore', openSqlite],
])('on a %s', (_, open) => {
  it('queries give the same rows in pages of any size with indexes as by reading all', async () => {
    const property = fc.asyncProperty(
      writes,
      writes,
      fc.integer({ min: 1, max: 5 }),
      async (before, after, pageSize) => {
        const { indexed, plain } = await twoWorlds(open(), before);
        for (const each of after) await Promise.all([indexed.write(each), plain.write(each)]);
        const { number } = await indexed.container;
        expect(indexed.account.store.indexes.list(number)).toMatchObject([
          { path: ['v'], byPartition: false, isComplete: true },
          { path: ['v'], byPartition: true, isComplete: true },
        ]);
        for (const query of QUERIES)
          for (const scope of SCOPES)
            expect([query, await indexed.rows(query, scope, pageSize)]).toEqual([
              query,
              await plain.rows(query, scope, 1_000),
            ]);
        indexed.account.store.close();
      },
    );
    await fc.assert(property, { numRuns: NUM_RUNS });
  });

  it('queries that sort give the same pages with indexes as by sorting when others write between the pages', async () => {
    const order = fc.constantFrom(...QUERIES.filter((query) => query.includes('ORDER BY')));
    const property = fc.asyncProperty(
      writes,
      fc.array(write, { minLength: 5, maxLength: 20 }),
      order,
      fc.constantFrom(...SCOPES),
      async (before, between, query, scope) => {
        const { indexed, plain } = await twoWorlds(open(), before);
        const pages = await indexed.pagesBetweenWrites(query, scope, between);
        expect(pages).toEqual(await plain.pagesBetweenWrites(query, scope, between));
        indexed.account.store.close();
      },
    );
    await fc.assert(property, { numRuns: NUM_RUNS });
  });
});
