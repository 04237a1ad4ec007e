import { type RawRequest, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('response headers', () => {
  let account: SdkAccount;
  const container = '/dbs/db/colls/container-1';
  const key = { 'x-ms-documentdb-partitionkey': '["p"]' };

  beforeAll(async () => {
    account = await openSdkAccount();
    await (await account.container()).items.create({ id: '1', pk: 'p' });
  });

  afterAll(() => account.close());

  const send = (raw: Partial<RawRequest>) => sendRaw(account.server, { method: 'GET', path: '/dbs', ...raw });

  const COMMON = {
    'x-ms-activity-id': /^[\da-f-]{36}$/,
    'x-ms-request-charge': /^\d+(\.\d+)?$/,
    'x-ms-request-duration-ms': /^\d+(\.\d+)?$/,
    'x-ms-transport-request-id': /^\d+$/,
    'x-ms-last-state-change-utc': / GMT$/,
    'x-ms-schemaversion': /./,
    'x-ms-serviceversion': /./,
    'x-ms-gatewayversion': /./,
    'x-ms-number-of-read-regions': /^0$/,
  };
  const OF_CONTAINER = {
    'x-ms-session-token': /^0:-1#\d+$/,
    'x-ms-alt-content-path': /^dbs\/db\/colls\/container-1$/,
    'x-ms-content-path': /^.{11}=$/,
    'x-ms-documentdb-partitionkeyrangeid': /^0$/,
    'x-ms-resource-quota': /collectionSize=10485760;/,
    lsn: /^\d+$/,
    'x-ms-cosmos-llsn': /^\d+$/,
    'x-ms-quorum-acked-lsn': /^\d+$/,
    'x-ms-cosmos-quorum-acked-llsn': /^\d+$/,
    'x-ms-global-committed-lsn': /^\d+$/,
  };
  /** A container belongs to its database. */
  const OF_DATABASE = { 'x-ms-alt-content-path': /^dbs\/db$/, 'x-ms-content-path': /^.{6}==$/ };
  const OF_ITEM = { etag: /^".+"$/, 'x-ms-item-lsn': /^1$/, 'x-ms-cosmos-item-llsn': /^1$/ };
  const OF_FEED = { 'x-ms-item-count': /^\d+$/ };

  it.each<[string, Partial<RawRequest>, number, Record<string, RegExp>]>([
    ['the account', { path: '/' }, 200, {}],
    ['a database', { path: '/dbs/db' }, 200, { etag: /^".+"$/ }],
    ['a feed', {}, 200, OF_FEED],
    ['a container', { path: container }, 200, { ...OF_CONTAINER, ...OF_DATABASE, etag: /^".+"$/ }],
    ['an item', { path: `${container}/docs/1`, headers: key }, 200, { ...OF_CONTAINER, ...OF_ITEM }],
    ['a feed of items', { path: `${container}/docs` }, 200, { ...OF_CONTAINER, ...OF_FEED }],
    ['physical partitions', { path: `${container}/pkranges` }, 200, { ...OF_CONTAINER, ...OF_FEED }],
    ['conflicts', { path: `${container}/conflicts` }, 200, { ...OF_CONTAINER, ...OF_FEED }],
    ['a change feed', { path: `${container}/docs`, headers: { 'a-im': 'Incremental Feed' } }, 200, OF_CONTAINER],
    ['an absent item', { path: `${container}/docs/2`, headers: key }, 404, OF_CONTAINER],
    [
      'a conflict',
      { method: 'POST', path: `${container}/docs`, headers: key, body: '{"id":"1","pk":"p"}' },
      409,
      OF_CONTAINER,
    ],
    ['a wrong item', { method: 'POST', path: `${container}/docs`, headers: key, body: '{' }, 400, OF_CONTAINER],
    [
      'a failed precondition',
      { method: 'DELETE', path: `${container}/docs/1`, headers: { ...key, 'if-match': '"x"' } },
      412,
      OF_CONTAINER,
    ],
    ['an absent conflict', { path: `${container}/conflicts/1` }, 404, OF_CONTAINER],
    ['an absent database', { path: '/dbs/absent' }, 404, {}],
    ['a missing signature', { headers: { authorization: '' } }, 401, {}],
  ])('of %s are all there', async (_, raw, status, expected) => {
    const answer = await send(raw);
    expect(answer.status).toBe(status);
    const wanted = Object.entries({ ...COMMON, ...expected });
    expect(answer.headers).toMatchObject(
      Object.fromEntries(wanted.map(([name, form]) => [name, expect.stringMatching(form)])),
    );
  });

  it('of a container tell what it holds when asked', async () => {
    const full = await account.container();
    for (const id of ['1', '2', '3']) await full.items.create({ id, pk: 'p', pad: 'x'.repeat(1_000) });
    const { headers } = await full.read({ populateQuotaInfo: true });
    expect(headers['x-ms-documentdb-collection-index-transformation-progress']).toBe('100');
    expect(headers['x-ms-resource-usage']).toBe('documentSize=2;documentsSize=4;documentsCount=3;collectionSize=4;');
  });

  it('tell nothing of a container to who may not ask', async () => {
    const answer = await send({ path: `${container}/docs/1`, headers: { ...key, authorization: '' } });
    expect(answer.status).toBe(401);
    expect(answer.headers).not.toHaveProperty('x-ms-session-token');
  });

  it('of a container and its partitions have one session token, and none when it is written', async () => {
    const wide = await account.container({ maxThroughput: 30_000 });
    const path = `/dbs/db/colls/${wide.id}`;
    for (const read of [path, `${path}/pkranges`, `${path}/sprocs`, `${path}/sprocs/absent`, `${path}/conflicts`])
      expect((await send({ path: read })).headers['x-ms-session-token']).toMatch(/^0:-1#\d+$/);
    const { resource } = await wide.read();
    const replaced = await send({ method: 'PUT', path, body: JSON.stringify(resource) });
    expect(replaced.headers).toMatchObject({ 'x-ms-alt-content-path': 'dbs/db' });
    expect(replaced.headers).not.toHaveProperty('x-ms-session-token');
  });

  it('of an error name the physical partition that the key is in', async () => {
    const wide = await account.container({ maxThroughput: 30_000 });
    const tokens = new Set<string>();
    for (const pk of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const { statusCode, headers } = await wide.item('absent', pk).read();
      expect(statusCode).toBe(404);
      tokens.add(String(headers['x-ms-session-token']));
    }
    expect([...tokens].sort()).toEqual(['0:-1#0', '1:-1#0', '2:-1#0']);
  });

  it('of an unchanged list of physical partitions come with 304', async () => {
    const { headers } = await send({ path: `${container}/pkranges` });
    const answer = await send({ path: `${container}/pkranges`, headers: { 'if-none-match': String(headers.etag) } });
    expect(answer).toMatchObject({ status: 304, body: '' });
  });
});

describe('a session token', () => {
  it('from the future of one physical partition is rejected with 404, 1002; one of the present is served', async () => {
    const account = await openSdkAccount();
    const container = await account.container({ maxThroughput: 20_000 });
    await container.items.create({ id: '1', pk: 'a' });
    const path = `/dbs/db/colls/${container.id}/docs`;
    const read = async (token: string, item = '') => {
      const key = item && { 'x-ms-documentdb-partitionkey': '["a"]' };
      const headers = { 'x-ms-session-token': token, ...(key || {}) };
      const { status, headers: answered } = await sendRaw(account.server, {
        method: 'GET',
        path: path + item,
        headers,
      });
      return [status, answered['x-ms-substatus']];
    };
    expect(await read('0:-1#0,1:-1#0')).toEqual([200, undefined]);
    expect(await read('0:-1#0,1:-1#99')).toEqual([404, '1002']);
    const answers = [await read('0:-1#99', '/1'), await read('1:-1#99', '/1')];
    expect(answers.sort()).toEqual([
      [200, undefined],
      [404, '1002'],
    ]);
    await account.close();
  });
});
