import { VirtualClock } from '@lazurite/runtime';
import { type CosmosServer, startCosmos } from '../index.ts';
import { sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

/** The example of "Access control on Azure Cosmos DB resources", REST reference. */
const EXAMPLE = {
  key: 'dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5JiwvW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw==',
  date: 'Thu, 27 Apr 2017 00:51:12 GMT',
  authorization: 'type%3dmaster%26ver%3d1.0%26sig%3dc09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu%2bc%2bc%3d',
};

describe('the signature of the documentation’s example', () => {
  let server: CosmosServer;

  beforeAll(async () => {
    server = await startCosmos({ key: EXAMPLE.key, clock: new VirtualClock(Date.parse(EXAMPLE.date)) });
  });

  afterAll(() => server.close());

  const send = (path: string) =>
    sendRaw(server, {
      method: 'GET',
      path,
      headers: { 'x-ms-date': EXAMPLE.date, authorization: EXAMPLE.authorization },
    });

  it('is valid for its resource, which does not exist here', async () => {
    expect((await send('/dbs/ToDoList')).status).toBe(404);
  });

  it('is valid for no other resource', async () => {
    expect((await send('/dbs/todolist')).status).toBe(401);
  });
});

/** The SDKs for Python and Java sign the last resource id alone, in lower case, and that for .NET as it is. */
describe('a request that names resources by their resource ids', () => {
  let account: SdkAccount;
  let database: string;
  let container: string;
  let item: string;

  beforeAll(async () => {
    account = await openSdkAccount();
    const { resource } = await (await account.container()).items.create({ id: 'i', pk: 'p' });
    [, database = '', , container = '', , item = ''] = resource?._self.split('/') ?? [];
    await account.client.databases.create({ id: 'lower==' });
  });

  afterAll(() => account.close());

  const key = { 'x-ms-documentdb-partitionkey': '["p"]' };
  const paths: [string, () => string, () => string][] = [
    ['a database', () => `/dbs/${database}`, () => database],
    ['the containers of a database', () => `/dbs/${database}/colls`, () => database],
    ['a container', () => `/dbs/${database}/colls/${container}`, () => container],
    ['the items of a container', () => `/dbs/${database}/colls/${container}/docs`, () => container],
    ['physical partitions', () => `/dbs/${database}/colls/${container}/pkranges`, () => container],
    ['an item', () => `/dbs/${database}/colls/${container}/docs/${item}`, () => item],
  ];

  it.each(paths)('may sign its path, the resource id in lower case, or as it is: %s', async (_, path, rid) => {
    const links = [
      path()
        .replace(/\/(?:colls|docs|pkranges)$/, '')
        .slice(1),
      rid().toLowerCase(),
      rid(),
    ];
    const responses = links.map((link) => sendRaw(account.server, { method: 'GET', path: path(), link, headers: key }));
    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('may not sign the resource id of another resource, nor that of the parent', async () => {
    const path = `/dbs/${database}/colls/${container}`;
    for (const link of [database, database.toLowerCase(), item, 'db'])
      expect((await sendRaw(account.server, { method: 'GET', path, link })).status).toBe(401);
  });

  it('may not sign the last name alone where the path has names', async () => {
    const path = '/dbs/db/colls/container-1';
    expect((await sendRaw(account.server, { method: 'GET', path, link: 'container-1' })).status).toBe(401);
    expect((await sendRaw(account.server, { method: 'GET', path: '/dbs/lower==', link: 'lower==' })).status).toBe(401);
  });

  it('reads the feed of physical partitions until it gets 304', async () => {
    const path = `/dbs/${database}/colls/${container}/pkranges`;
    const headers = { 'a-im': 'Incremental Feed' };
    const first = await sendRaw(account.server, { method: 'GET', path, headers });
    expect(JSON.parse(first.body)).toMatchObject({ PartitionKeyRanges: [{ id: '0', minInclusive: '' }], _count: 1 });
    const next = { ...headers, 'if-none-match': String(first.headers.etag) };
    expect(await sendRaw(account.server, { method: 'GET', path, headers: next })).toMatchObject({
      status: 304,
      body: '',
    });
  });
});

describe('a body in a binary format', () => {
  let account: SdkAccount;

  beforeAll(async () => {
    account = await openSdkAccount();
    await account.container();
  });

  afterAll(() => account.close());

  it.each([
    ['HybridRow', 0x81],
    ['binary JSON', 0x80],
  ])('is rejected with 501, which names it: %s', async (format, firstByte) => {
    const headers = { 'x-ms-cosmos-is-batch-request': 'True', 'x-ms-cosmos-batch-atomic': 'True' };
    const body = Buffer.from([firstByte, 0, 0, 0]);
    const path = '/dbs/db/colls/container-1/docs';
    const { status, body: answer } = await sendRaw(account.server, { method: 'POST', path, headers, body });
    expect(status).toBe(501);
    expect(JSON.parse(answer)).toMatchObject({ message: expect.stringContaining(format) });
  });

  it('is not sent, even when the client accepts binary JSON', async () => {
    const headers = { 'x-ms-documentdb-content-serialization-format': 'CosmosBinary' };
    const path = '/dbs/db/colls/container-1/docs';
    expect((await sendRaw(account.server, { method: 'GET', path, headers })).body).toMatch(/^\{"_rid"/);
  });
});
