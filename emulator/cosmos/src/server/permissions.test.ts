import { type Container, CosmosClient, type Database, PermissionMode, type User } from '@azure/cosmos';
import { VirtualClock } from '@lazurite/runtime';
import { type CosmosServer, startCosmos } from '../index.ts';
import { type RawRequest, type RawResponse, sendRaw } from '../testing/raw-request.ts';

let server: CosmosServer;
let clock: VirtualClock;
let owner: CosmosClient;
let database: Database;
let container: Container;

beforeAll(async () => {
  clock = new VirtualClock(Date.now());
  server = await startCosmos({ clock });
  owner = new CosmosClient(server.connectionString);
  database = (await owner.databases.create({ id: 'db' })).database;
  container = (await database.containers.create({ id: 'c', partitionKey: '/pk' })).container;
  for (const pk of ['a', 'b', 1, '1']) await container.items.create({ id: 'x', pk });
});

afterAll(async () => {
  owner.dispose();
  await server.close();
});

let count = 0;

async function newUser(): Promise<User> {
  count += 1;
  return (await database.users.create({ id: `user-${count}` })).user;
}

/** The token of a new permission of a new user. */
async function tokenFor(
  permission: { mode?: 'Read' | 'All'; resource?: string; key?: readonly unknown[] },
  expirySeconds?: number,
): Promise<string> {
  const user = await newUser();
  const { mode = 'All', resource = 'dbs/db/colls/c', key } = permission;
  const body = {
    id: 'p',
    permissionMode: PermissionMode[mode],
    resource,
    ...(key && { resourcePartitionKey: key as string[] }),
  };
  const created = await user.permissions.create(body, {
    ...(expirySeconds && { resourceTokenExpirySeconds: expirySeconds }),
  });
  return String(created.resource?._token);
}

function send(token: string, raw: RawRequest): Promise<RawResponse> {
  return sendRaw(server, { ...raw, headers: { ...raw.headers, authorization: encodeURIComponent(token) } });
}

const keyHeader = (...key: unknown[]) => ({ 'x-ms-documentdb-partitionkey': JSON.stringify(key) });
const ITEM = '/dbs/db/colls/c/docs/x';
const DOCS = '/dbs/db/colls/c/docs';

describe('users', () => {
  it('are created, listed, queried, read, renamed and deleted', async () => {
    const { resource, user } = await database.users.create({ id: 'ada' });
    expect(resource).toMatchObject({
      id: 'ada',
      _permissions: 'permissions/',
      _self: expect.stringMatching(/^dbs\/.+\/users\/.+\/$/),
    });
    expect((await user.read()).resource).toEqual(resource);
    const query = database.users.query({ query: 'SELECT * FROM u WHERE u.id = "ada"' });
    expect((await query.fetchAll()).resources).toEqual([resource]);
    expect((await user.replace({ id: 'lovelace' })).resource).toMatchObject({ id: 'lovelace', _rid: resource?._rid });
    await expect(user.read()).rejects.toMatchObject({ code: 404 });
    expect((await database.users.upsert({ id: 'lovelace' })).statusCode).toBe(200);
    expect((await database.users.upsert({ id: 'byron' })).statusCode).toBe(201);
    await expect(database.users.create({ id: 'byron' })).rejects.toMatchObject({ code: 409 });
    const ids = (await database.users.readAll().fetchAll()).resources.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['lovelace', 'byron']));
    await database.user('byron').delete();
    await expect(database.user('byron').delete()).rejects.toMatchObject({ code: 404 });
  });

  it('are read by their resource id', async () => {
    const { resource } = await (await newUser()).read();
    const path = `/${String(resource?._self).slice(0, -1)}`;
    expect(await sendRaw(server, { method: 'GET', path })).toMatchObject({ status: 200 });
  });
});

describe('permissions', () => {
  it('are created, listed, read, replaced and deleted, with a new token each time', async () => {
    const user = await newUser();
    const body = { id: 'p', permissionMode: PermissionMode.Read, resource: container.url };
    const { resource, permission } = await user.permissions.create(body);
    expect(resource).toMatchObject({ ...body, _token: expect.stringMatching(/^type=resource&ver=1&sig=.+;.+;$/) });
    expect(Object.keys(resource ?? {})).not.toContain('scope');
    await clock.advance(1000);
    const read = (await permission.read()).resource;
    expect(read?._token).not.toBe(resource?._token);
    expect((await user.permissions.readAll().fetchAll()).resources).toEqual([expect.objectContaining({ id: 'p' })]);
    const replaced = await permission.replace({ ...body, permissionMode: PermissionMode.All });
    expect(replaced.resource?.permissionMode).toBe(PermissionMode.All);
    expect((await user.permissions.upsert({ ...body, id: 'p' })).statusCode).toBe(200);
    await permission.delete();
    await expect(permission.read()).rejects.toMatchObject({ code: 404 });
  });

  it('are one for each resource of a user, and deleted with the user', async () => {
    const user = await newUser();
    const body = { id: 'p', permissionMode: PermissionMode.Read, resource: 'dbs/db/colls/c' };
    await user.permissions.create(body);
    await expect(user.permissions.create({ ...body, id: 'q' })).rejects.toMatchObject({ code: 409 });
    const { id } = (await user.read()).resource ?? {};
    await user.delete();
    const { user: again } = await database.users.create({ id: String(id) });
    expect((await again.permissions.readAll().fetchAll()).resources).toEqual([]);
  });

  it.each<[string, object, number]>([
    ['no mode', { id: 'p', resource: 'dbs/db/colls/c' }, 400],
    ['no resource', { id: 'p', permissionMode: 'All' }, 400],
    ['an unknown mode', { id: 'p', permissionMode: 'Write', resource: 'dbs/db/colls/c' }, 400],
    ['a database as its resource', { id: 'p', permissionMode: 'All', resource: 'dbs/db' }, 400],
    ['a resource that is no link', { id: 'p', permissionMode: 'All', resource: 'colls/c' }, 400],
    ['a container that is not there', { id: 'p', permissionMode: 'All', resource: 'dbs/db/colls/none' }, 404],
    [
      'a partition key that is none',
      { id: 'p', permissionMode: 'All', resource: 'dbs/db/colls/c', resourcePartitionKey: 'a' },
      400,
    ],
  ])('with %s are rejected', async (_, body, status) => {
    const { resource } = await (await newUser()).read();
    const path = `/dbs/db/users/${resource?.id}/permissions`;
    expect((await sendRaw(server, { method: 'POST', path, body: JSON.stringify(body) })).status).toBe(status);
  });

  it.each(['9', '18001', '-1', 'x', '1e3'])('an expiry of %s seconds is rejected with 400', async (expiry) => {
    const { resource } = await (await newUser()).read();
    const path = `/dbs/db/users/${resource?.id}/permissions`;
    const body = JSON.stringify({ id: 'p', permissionMode: 'All', resource: 'dbs/db/colls/c' });
    const headers = { 'x-ms-documentdb-expiry-seconds': expiry };
    expect((await sendRaw(server, { method: 'POST', path, body, headers })).status).toBe(400);
  });
});

describe('a resource token', () => {
  const rids = async () => String((await container.read()).resource?._self).slice(0, -1);

  it('to read a container lets the SDK read and query its items, and write none', async () => {
    const token = await tokenFor({ mode: 'Read' });
    const client = new CosmosClient({ endpoint: server.endpoint, resourceTokens: { c: token } });
    const items = client.database('db').container('c');
    expect((await items.read()).statusCode).toBe(200);
    expect((await items.item('x', 'a').read()).statusCode).toBe(200);
    expect((await items.items.readAll().fetchAll()).resources).toHaveLength(4);
    expect((await items.items.query('SELECT * FROM c ORDER BY c.pk').fetchAll()).resources).toHaveLength(4);
    expect((await items.items.changeFeed('a', { startFromBeginning: true }).fetchNext()).count).toBe(1);
    await expect(items.items.create({ id: 'y', pk: 'a' })).rejects.toMatchObject({ code: 403 });
    await expect(items.items.upsert({ id: 'x', pk: 'a' })).rejects.toMatchObject({ code: 403 });
    await expect(items.item('x', 'a').replace({ id: 'x', pk: 'a' })).rejects.toMatchObject({ code: 403 });
    await expect(items.item('x', 'a').delete()).rejects.toMatchObject({ code: 403 });
    await expect(items.delete()).rejects.toMatchObject({ code: 403 });
    client.dispose();
  });

  it('for all of a container lets the SDK write its items, and not delete or replace it', async () => {
    const user = await newUser();
    const { resource } = await user.permissions.create({
      id: 'p',
      permissionMode: PermissionMode.All,
      resource: await rids(),
    });
    if (!resource) throw new Error('The permission was created');
    const client = new CosmosClient({ endpoint: server.endpoint, permissionFeed: [resource] });
    const byRid = client.database((await rids()).split('/')[1] ?? '').container((await rids()).split('/')[3] ?? '');
    expect((await byRid.items.create({ id: 'mine', pk: 'c' })).statusCode).toBe(201);
    expect((await byRid.items.upsert({ id: 'mine', pk: 'c', n: 1 })).statusCode).toBe(200);
    expect((await byRid.item('mine', 'c').delete()).statusCode).toBe(204);
    await expect(byRid.delete()).rejects.toMatchObject({ code: 403 });
    client.dispose();
  });

  it('gives access neither to databases, users, offers, keys nor to another container', async () => {
    await database.containers.createIfNotExists({ id: 'other', partitionKey: '/pk' });
    const token = await tokenFor({});
    const paths = ['/dbs', '/dbs/db', '/dbs/db/colls', '/dbs/db/users', '/dbs/db/users/user-1/permissions', '/offers'];
    const others = [
      '/dbs/db/clientencryptionkeys',
      '/dbs/db/colls/other',
      '/dbs/db/colls/other/docs',
      '/dbs/none/colls/c',
    ];
    for (const path of [...paths, ...others])
      expect(await send(token, { method: 'GET', path })).toMatchObject({ status: 403 });
    expect((await send(token, { method: 'GET', path: '/' })).status).toBe(200);
    expect((await send(token, { method: 'DELETE', path: '/dbs/db/colls/c' })).status).toBe(403);
    expect((await send(token, { method: 'PUT', path: '/dbs/db/colls/c', body: '{"id":"c"}' })).status).toBe(403);
  });

  it.each<[string, readonly unknown[], Record<string, string>, number]>([
    ['its key', ['a'], keyHeader('a'), 200],
    ['another key', ['a'], keyHeader('b'), 403],
    ['a number for a text', ['1'], keyHeader(1), 403],
    ['a text for a number', [1], keyHeader('1'), 403],
    ['no key', ['a'], {}, 403],
  ])('of one partition reads an item with %s', async (_, key, headers, status) => {
    const token = await tokenFor({ mode: 'Read', key });
    expect((await send(token, { method: 'GET', path: ITEM, headers })).status).toBe(status);
  });

  it('of one partition reaches no other one: by queries, feeds, batches, bulk or resource ids', async () => {
    const token = await tokenFor({ key: ['a'] });
    const query = { 'x-ms-documentdb-isquery': 'True', 'content-type': 'application/query+json' };
    const body = '{"query":"SELECT * FROM c"}';
    expect((await send(token, { method: 'POST', path: DOCS, headers: query, body })).status).toBe(403);
    const own = await send(token, { method: 'POST', path: DOCS, headers: { ...query, ...keyHeader('a') }, body });
    expect(JSON.parse(own.body)).toMatchObject({ _count: 1, Documents: [{ pk: 'a' }] });
    expect(
      (await send(token, { method: 'GET', path: DOCS, headers: { 'x-ms-documentdb-partitionkeyrangeid': '0' } }))
        .status,
    ).toBe(403);
    const bulk = {
      'x-ms-cosmos-is-batch-request': 'True',
      'x-ms-documentdb-partitionkeyrangeid': '0',
      ...keyHeader('a'),
    };
    const operations = '[{"operationType":"Read","id":"x","partitionKey":"[\\"b\\"]"}]';
    expect((await send(token, { method: 'POST', path: DOCS, headers: bulk, body: operations })).status).toBe(403);
    const other = String((await container.item('x', 'b').read()).resource?._self).slice(0, -1);
    const byRid = await send(token, { method: 'GET', path: `/${other}`, headers: keyHeader('a') });
    expect(byRid.status).toBe(404);
    expect((await send(token, { method: 'GET', path: '/dbs/db/colls/c/pkranges' })).status).toBe(200);
  });

  it('of a prefix of a hierarchical key reaches what is below it alone', async () => {
    const definition = { id: 'h', partitionKey: { paths: ['/t', '/u'], kind: 'MultiHash' as never, version: 2 } };
    const { container: levels } = await database.containers.create(definition);
    await levels.items.create({ id: 'x', t: 1, u: 2 });
    const token = await tokenFor({ resource: 'dbs/db/colls/h', key: [1] });
    const path = '/dbs/db/colls/h/docs/x';
    expect((await send(token, { method: 'GET', path, headers: keyHeader(1, 2) })).status).toBe(200);
    expect((await send(token, { method: 'GET', path, headers: keyHeader(2, 1) })).status).toBe(403);
    const full = await tokenFor({ resource: 'dbs/db/colls/h', key: [1, 2] });
    expect((await send(full, { method: 'GET', path: '/dbs/db/colls/h/docs', headers: keyHeader(1) })).status).toBe(403);
  });

  it('for an item reads or writes this item alone', async () => {
    const reading = await tokenFor({ mode: 'Read', resource: 'dbs/db/colls/c/docs/x', key: ['a'] });
    expect((await send(reading, { method: 'GET', path: ITEM, headers: keyHeader('a') })).status).toBe(200);
    expect((await send(reading, { method: 'GET', path: `${DOCS}/y`, headers: keyHeader('a') })).status).toBe(403);
    expect((await send(reading, { method: 'GET', path: DOCS, headers: keyHeader('a') })).status).toBe(403);
    expect((await send(reading, { method: 'DELETE', path: ITEM, headers: keyHeader('a') })).status).toBe(403);
    const self = String((await container.item('x', 'b').read()).resource?._self);
    const writing = await tokenFor({ resource: self, key: ['b'] });
    const body = '{"id":"x","pk":"b","written":true}';
    expect((await send(writing, { method: 'PUT', path: ITEM, headers: keyHeader('b'), body })).status).toBe(200);
  });

  it('expires when it says, and is then 403', async () => {
    const token = await tokenFor({}, 10);
    await clock.advance(9_000);
    expect((await send(token, { method: 'GET', path: ITEM, headers: keyHeader('a') })).status).toBe(200);
    await clock.advance(2_000);
    expect(await send(token, { method: 'GET', path: ITEM, headers: keyHeader('a') })).toMatchObject({
      status: 403,
      body: expect.stringContaining('not valid at the current time'),
    });
  });

  it('is 403 when its permission was deleted or changed, or its container made again', async () => {
    const user = await newUser();
    const { database: other } = await owner.databases.create({ id: `db-${count}` });
    await other.containers.create({ id: 'c', partitionKey: '/pk' });
    const body = { id: 'p', permissionMode: PermissionMode.All, resource: `dbs/${other.id}/colls/c` };
    const { resource, permission } = await user.permissions.create(body);
    const token = String(resource?._token);
    const path = `/dbs/${other.id}/colls/c`;
    expect((await send(token, { method: 'GET', path })).status).toBe(200);
    await other.container('c').delete();
    await other.containers.create({ id: 'c', partitionKey: '/pk' });
    expect((await send(token, { method: 'GET', path })).status).toBe(403);
    const renewed = String((await permission.replace(body)).resource?._token);
    expect((await send(token, { method: 'GET', path })).status).toBe(403);
    expect((await send(renewed, { method: 'GET', path })).status).toBe(200);
    await permission.delete();
    expect((await send(renewed, { method: 'GET', path })).status).toBe(403);
  });

  it.each<[string, (token: string) => string]>([
    ['that is empty', () => 'type=resource&ver=1&sig='],
    ['that is cut', (token) => token.slice(0, -10)],
    ['without its last part', (token) => token.replace(/;[^;]+;$/, ';;')],
    ['with another signature', (token) => token.replace(/sig=../, 'sig=AA')],
    ['with another payload', (token) => token.replace(/;.{4}/, ';AAAA')],
    ['with a payload in base64url', (token) => token.replace(/;[^;]+;$/, ';_-_-;')],
    ['as a master token', (token) => token.replace('resource', 'master')],
    ['with a megabyte more', (token) => `${token}${'A'.repeat(10_000)};`],
  ])('%s is 401', async (_, change) => {
    const token = change(await tokenFor({}));
    expect((await send(token, { method: 'GET', path: ITEM, headers: keyHeader('a') })).status).toBe(401);
  });

  it('of another account is 401', async () => {
    const other = await startCosmos({ clock });
    const token = await tokenFor({});
    const response = await sendRaw(other, {
      method: 'GET',
      path: '/',
      headers: { authorization: encodeURIComponent(token) },
    });
    expect(response.status).toBe(401);
    await other.close();
  });
});

it('a client without a key or token gets 401', async () => {
  const client = new CosmosClient({ endpoint: server.endpoint });
  await expect(client.databases.readAll().fetchAll()).rejects.toMatchObject({ code: 401 });
  client.dispose();
});
