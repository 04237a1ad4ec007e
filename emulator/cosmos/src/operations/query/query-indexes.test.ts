import { seededRandomness, silentLog, VirtualClock } from '@lazurite/runtime';
import fc from 'fast-check';
import { type Account, openAccount } from '../../account/account.ts';
import type { Container } from '../../account/container.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import { openDatabase } from '../../store/sqlite/open-database.ts';
import { SqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { makeDataDirectory } from '../../testing/data-directory.ts';
import { createContainer } from '../create-container.ts';
import { createDatabase } from '../create-database.ts';
import { deleteItem } from '../delete-item.ts';
import { toItemInput } from '../item-input.ts';
import { upsertItem } from '../upsert-item.ts';
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
  readonly isDelete: boolean;
}

const writes = fc.array(fc.record({ id: fc.nat(12), value: values, isDelete: fc.boolean() }), { maxLength: 40 });

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
  'SELECT VALUE COUNT(1) FROM c',
];

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
    const body = { id: 'c', partitionKey: { paths: ['/id'], kind: 'Hash', version: 2 } };
    const { container } = await createContainer(this.account, 'db', { body });
    if (!container) throw new Error('A container was created');
    return container;
  }

  async write({ id, value, isDelete }: Write): Promise<void> {
    const container = await this.container;
    const item: JsonObject = { id: String(id), ...(value !== undefined && { v: value }) };
    const input = toItemInput(container, item, [String(id)]);
    if (!isDelete) await upsertItem(this.account, container, input);
    else await deleteItem(this.account, container, { key: input.key }).catch(() => undefined);
  }

  /** All rows, page by page. */
  async rows(text: string, maxItemCount: number): Promise<unknown[]> {
    const rows: unknown[] = [];
    let continuation: string | undefined;
    do {
      const input = { body: { text, parameters: [] }, scope: {}, maxItemCount, ...(continuation && { continuation }) };
      const result = await queryDocuments(this.account, await this.container, input);
      rows.push(...JSON.parse(String(result.body)).Documents);
      continuation = result.continuation;
    } while (continuation !== undefined);
    return rows;
  }
}

function openSqlite(): Store {
  return new SqliteStore(openDatabase(`${directory.path}/${count++}`));
}
let count = 0;

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
        const indexed = new World(open(), 0);
        const plain = new World(new MemoryStore(), Number.POSITIVE_INFINITY);
        for (const write of before) await Promise.all([indexed.write(write), plain.write(write)]);
        for (const query of QUERIES) await indexed.rows(query, 1_000);
        for (const write of after) await Promise.all([indexed.write(write), plain.write(write)]);
        const { number } = await indexed.container;
        expect(indexed.account.store.indexes.list(number)).toMatchObject([{ path: ['v'], isComplete: true }]);
        for (const query of QUERIES)
          expect([query, await indexed.rows(query, pageSize)]).toEqual([query, await plain.rows(query, 1_000)]);
        indexed.account.store.close();
      },
    );
    await fc.assert(property, { numRuns: Number(process.env.LAZURITE_INDEX_CASES ?? 25) });
  });
});
