import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container, FeedOptions, SqlQuerySpec } from '@azure/cosmos';
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

describe('a query whose text is long', () => {
  let account: SdkAccount;
  let container: Container;

  beforeAll(async () => {
    account = await openSdkAccount();
    container = await account.container({ maxThroughput: 20_000 });
    for (const n of NUMBERS) await container.items.create({ id: `item${n}`, pk: `${n}`, n });
  });

  afterAll(() => account.close());

  const values = Array.from({ length: 6_000 }, (_, n) => n + 3).join(', ');
  const rowsOf = async (query: string, options: FeedOptions = {}) =>
    (await container.items.query({ query }, options).fetchAll()).resources;

  it('has its rows page by page', async () => {
    const query = `SELECT VALUE c.n FROM c WHERE c.n IN (${values}) ORDER BY c.n`;
    expect(await rowsOf(query)).toEqual([3, 4, 5]);
    expect(await rowsOf(query, { maxItemCount: 1 })).toEqual([3, 4, 5]);
    expect(await rowsOf(query, { partitionKey: '4' })).toEqual([4]);
  });

  it('narrows to its partition keys', async () => {
    expect(await rowsOf(`SELECT VALUE c.n FROM c WHERE c.pk = "5" AND c.n IN (${values})`)).toEqual([5]);
  });

  it('has the error of a mistake in it', async () => {
    const query = `SELECT VALUE c.n FROM c WHERE c.n IN (${values}) AND AND`;
    await expect(rowsOf(query)).rejects.toMatchObject({ code: 400, message: expect.stringContaining('SC1001') });
  });

  it('calls user-defined functions', async () => {
    await container.scripts.userDefinedFunctions.create({ id: 'twice', body: 'function (x) { return 2 * x; }' });
    const query = `SELECT VALUE udf.twice(c.n) FROM c WHERE c.n IN (${values})`;
    expect(await rowsOf(query, { partitionKey: '4' })).toEqual([8]);
  });

  it('is one over a feed of resources, too', async () => {
    const query = `SELECT VALUE c.id FROM c WHERE c.id IN (${values.replaceAll(/\d+/g, '"$&"')}, "${container.id}")`;
    expect((await container.database.containers.query({ query }).fetchAll()).resources).toEqual([container.id]);
  });
});

test('a light query is answered while as many as run at once wait for the thread', async () => {
  const account = await openSdkAccount();
  const container = await account.container();
  const items = Array.from({ length: 3_000 }, (_, n) => n);
  await container.items.create({ id: 'numbers', pk: 'a', items, s: LONG });
  await container.items.create({ id: 'light', pk: 'b' });
  const leaving = new AbortController();
  const endless = 'SELECT VALUE COUNT(1) FROM c JOIN a IN c.items JOIN b IN c.items JOIN d IN c.items';
  const options = { partitionKey: 'a', abortSignal: leaving.signal };
  const left = Array.from({ length: 20 }, () => container.items.query(endless, options).fetchAll().catch(String));
  await delay(200);
  const light = await container.items.query('SELECT VALUE c.id FROM c', { partitionKey: 'b' }).fetchAll();
  expect(light.resources).toEqual(['light']);
  leaving.abort();
  await Promise.all(left);
  await account.close();
});

test('a user-defined function that does not return holds up no other request', async () => {
  const account = await openSdkAccount();
  const container = await account.container();
  await container.items.create({ id: 'a', pk: 'a' });
  await container.scripts.userDefinedFunctions.create({ id: 'endless', body: 'function () { for (;;); }' });
  await container.scripts.userDefinedFunctions.create({ id: 'one', body: 'function () { return 1; }' });
  const answered: string[] = [];
  const endless = container.items
    .query('SELECT VALUE udf.endless() FROM c', { partitionKey: 'a' })
    .fetchAll()
    .catch((error: { code: number }) => answered.push(`${error.code}`));
  await delay(500);
  await container.item('a', 'a').read();
  answered.push('read');
  await endless;
  expect(answered).toEqual(['read', '408']);
  const after = await container.items.query('SELECT VALUE udf.one() FROM c', { partitionKey: 'a' }).fetchAll();
  expect(after.resources).toEqual([1]);
  await account.close();
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
