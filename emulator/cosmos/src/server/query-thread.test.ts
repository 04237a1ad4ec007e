import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container, SqlQuerySpec } from '@azure/cosmos';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

/** Longer than a query may read beside others. */
const LONG = 'long text '.repeat(20_000);
const NUMBERS = Array.from({ length: 6 }, (_, n) => n);

const folder = mkdtempSync(join(tmpdir(), 'query-thread-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['in memory', {}],
  ['on disk', { dataDir: folder }],
])('a query over long items %s, which runs on a thread of its own', (_, options) => {
  let account: SdkAccount;
  let container: Container;

  beforeAll(async () => {
    account = await openSdkAccount(options);
    container = await account.container({
      computedProperties: [{ name: 'twice', query: 'SELECT VALUE c.n * 2 FROM c' }],
    });
    for (const n of NUMBERS) await container.items.create({ id: `item${n}`, pk: 'a', n, s: `${LONG}${n}` });
  });

  afterAll(() => account.close());

  const rowsOf = async (query: string | SqlQuerySpec, maxItemCount = 100) =>
    (await container.items.query(query, { partitionKey: 'a', maxItemCount }).fetchAll()).resources;

  test.each<[string, string | SqlQuerySpec, readonly unknown[]]>([
    ['filters', 'SELECT VALUE c.n FROM c WHERE ENDSWITH(c.s, "4")', [4]],
    ['sorts', 'SELECT VALUE c.n FROM c ORDER BY c.n DESC', NUMBERS.toReversed()],
    ['groups', 'SELECT VALUE COUNT(1) FROM c WHERE LENGTH(c.s) > 1000', [6]],
    ['removes duplicates', 'SELECT DISTINCT VALUE LENGTH(c.s) FROM c', [LONG.length + 1]],
    ['reads computed properties', 'SELECT VALUE c.twice FROM c WHERE c.n = 3', [6]],
    [
      'takes parameters',
      { query: 'SELECT VALUE c.n FROM c WHERE c.n > @n', parameters: [{ name: '@n', value: 4 }] },
      [5],
    ],
    ['skips and takes', 'SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 2 LIMIT 2', [2, 3]],
  ])('%s', async (_name, query, expected) => {
    expect(await rowsOf(query)).toEqual(expected);
    expect(await rowsOf(query, 1)).toEqual(expected);
  });

  it('gives whole items', async () => {
    const [item] = await rowsOf('SELECT * FROM c WHERE c.n = 1');
    expect(item).toEqual((await container.item('item1', 'a').read()).resource);
  });

  it('ends with the error of the query', async () => {
    const scalar = 'SELECT VALUE (SELECT VALUE a FROM a IN [1, 2]) FROM c WHERE LENGTH(c.s) > 0';
    await expect(rowsOf(scalar)).rejects.toMatchObject({ code: 400 });
  });

  it('serves other requests while it runs, and ends when its client leaves', async () => {
    const leaving = new AbortController();
    const items = Array.from({ length: 3_000 }, (_name, n) => n);
    await container.items.upsert({ id: 'numbers', pk: 'b', items, s: LONG });
    const endless = 'SELECT VALUE COUNT(1) FROM c JOIN a IN c.items JOIN b IN c.items JOIN d IN c.items';
    const options = { partitionKey: 'b', abortSignal: leaving.signal };
    const left = container.items.query(endless, options).fetchAll().catch(String);
    await delay(200);
    expect((await container.item('item1', 'a').read()).statusCode).toBe(200);
    leaving.abort();
    await left;
    expect(await rowsOf('SELECT VALUE COUNT(1) FROM c WHERE LENGTH(c.s) > 1000')).toEqual([6]);
  });

  it('a query that holds too much is rejected, and the next one is answered', async () => {
    const numbers = Array.from({ length: 2_000 }, (_name, n) => n);
    await container.items.upsert({ id: 'long', pk: 'c', numbers, s: LONG });
    const texts = 'SELECT VALUE ARRAY(SELECT VALUE CONCAT(c.s, ToString(a)) FROM a IN c.numbers) FROM c';
    await expect(container.items.query(texts, { partitionKey: 'c' }).fetchAll()).rejects.toMatchObject({ code: 400 });
    expect(await rowsOf('SELECT VALUE c.n FROM c WHERE ENDSWITH(c.s, "4")')).toEqual([4]);
  });
});

test('close() ends a query on the thread', async () => {
  const account = await openSdkAccount();
  const container = await account.container();
  await container.items.create({ id: 'a', pk: 'a', items: NUMBERS, s: LONG });
  const endless = `SELECT VALUE COUNT(1) FROM c ${'abcdefghijklm'
    .split('')
    .map((name) => `JOIN ${name} IN c.items`)
    .join(' ')}`;
  const query = container.items.query(endless, { partitionKey: 'a' }).fetchAll().catch(String);
  await delay(300);
  await account.close();
  expect(await query).toBeDefined();
});
