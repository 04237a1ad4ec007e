import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { CosmosClient } from '@azure/cosmos';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type CosmosServer, startCosmos } from '../index.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { sendRaw } from '../testing/raw-request.ts';

const readOnlyKey = Buffer.from('a key for those who only read').toString('base64');

describe('a read-only key', () => {
  let server: CosmosServer;
  let reader: CosmosClient;

  beforeAll(async () => {
    server = await startCosmos({ readOnlyKey });
    const owner = new CosmosClient(server.connectionString);
    const { database } = await owner.databases.create({ id: 'db' });
    const { container } = await database.containers.create({ id: 'c', partitionKey: '/pk' });
    await container.items.create({ id: '1', pk: 'p' });
    owner.dispose();
    reader = new CosmosClient({ endpoint: server.endpoint, key: readOnlyKey });
  });

  afterAll(async () => {
    reader.dispose();
    await server.close();
  });

  it('reads items, feeds, changes and containers', async () => {
    const container = reader.database('db').container('c');
    expect((await container.item('1', 'p').read()).statusCode).toBe(200);
    expect((await container.items.readAll().fetchAll()).resources).toHaveLength(1);
    const changes = container.items.changeFeed('p', { startFromBeginning: true });
    expect((await changes.fetchNext()).count).toBe(1);
    expect((await container.read()).statusCode).toBe(200);
  });

  it('gets 403 for every write', async () => {
    const database = reader.database('db');
    const container = database.container('c');
    const item = { id: '1', pk: 'p' };
    const writes = [
      () => container.items.create({ id: '2', pk: 'p' }),
      () => container.items.upsert(item),
      () => container.item('1', 'p').replace(item),
      () => container.item('1', 'p').delete(),
      () => container.delete(),
      () => reader.databases.create({ id: 'another' }),
      () => database.containers.create({ id: 'another', partitionKey: '/pk' }),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 403 });
    expect((await container.item('1', 'p').read()).resource).toMatchObject(item);
  });

  it('does not exist unless it was given', async () => {
    const other = await startCosmos();
    const answer = await sendRaw(other, { method: 'GET', path: '/dbs', key: readOnlyKey });
    expect(answer.status).toBe(401);
    await other.close();
  });
});

describe('TLS with a certificate of the server’s own', () => {
  it('is trusted by a Node.js that was started as the server says', async () => {
    const directory = makeDataDirectory();
    const server = await startCosmos({ dataDir: directory.path, tls: true });
    const [, variable = '', file = ''] = /(\w+) ?= ?'(.*)'$/.exec(server.certificate?.trustCommand ?? '') ?? [];
    const program = `fetch('${server.endpoint}/').then(({ status }) => console.log(status), ({ cause }) => console.log(cause.code))`;
    const run = (env: object) =>
      promisify(execFile)(process.execPath, ['-e', program], { env: { ...process.env, ...env } });
    expect((await run({ [variable]: file })).stdout.trim()).toBe('401');
    expect((await run({})).stdout.trim()).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    await server.close();
    directory.remove();
  });

  it('needs a place where the certificate is kept', async () => {
    await expect(startCosmos({ tls: true })).rejects.toThrow('dataDir');
  });
});

describe('Entra tokens', () => {
  const directory = makeDataDirectory();
  let issuer: Issuer;
  let server: CosmosServer;
  let agent: Agent;

  beforeAll(async () => {
    issuer = await startTestIssuer();
    const entra = { issuer: issuer.url, audience: 'https://cosmos.azure.com' };
    server = await startCosmos({ dataDir: directory.path, tls: true, entra });
    agent = new Agent({ ca: server.certificate?.cert ?? '', keepAlive: true });
    const owner = new CosmosClient({ endpoint: server.endpoint, key: server.key, agent });
    const { database } = await owner.databases.create({ id: 'db' });
    await database.containers.create({ id: 'c', partitionKey: '/pk' });
    owner.dispose();
  });

  afterAll(async () => {
    agent.destroy();
    await server.close();
    await issuer.close();
    directory.remove();
  });

  function clientWith(token: string): CosmosClient {
    const aadCredentials = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
    return new CosmosClient({ endpoint: server.endpoint, aadCredentials, agent });
  }

  it('let the SDK work with items, and get 403 for operations of the control plane', async () => {
    const client = clientWith(await issuer.sign({}));
    const database = client.database('db');
    const { items } = database.container('c');
    expect((await items.create({ id: '1', pk: 'p' })).statusCode).toBe(201);
    expect((await items.readAll().fetchAll()).resources).toHaveLength(1);
    await items.create({ id: '2', pk: 'doomed' });
    expect((await database.container('c').deleteAllItemsForPartitionKey('doomed')).statusCode).toBe(200);
    const rejected = [
      () => client.databases.create({ id: 'another' }),
      () => database.containers.create({ id: 'another', partitionKey: '/pk' }),
      () => database.container('c').delete(),
      () => database.container('c').readOffer(),
    ];
    for (const attempt of rejected) await expect(attempt()).rejects.toMatchObject({ code: 403, substatus: 5300 });
    client.dispose();
  });

  it('name the account by its address unless it was started with another audience', async () => {
    const entra = { issuer: issuer.url };
    const own = await startCosmos({ dataDir: `${directory.path}/own`, tls: true, entra });
    const statusFor = async (aud: string) => {
      const authorization = `type=aad&ver=1.0&sig=${await issuer.sign({ aud })}`;
      return (await sendRaw(own, { method: 'GET', path: '/dbs', headers: { authorization } })).status;
    };
    expect(await statusFor(`https://localhost:${own.port}`)).toBe(200);
    expect(await statusFor('https://cosmos.azure.com')).toBe(200);
    expect(await statusFor('https://localhost:1')).toBe(401);
    await own.close();
  });

  it('let each principal do what its role says', async () => {
    const roles = { writes: 'contributor', reads: 'reader' } as const;
    const entra = { issuer: issuer.url, audience: 'https://cosmos.azure.com', roles };
    const dataDir = `${directory.path}/roles`;
    const guarded = await startCosmos({ dataDir, tls: true, entra });
    const ca = guarded.certificate?.cert ?? '';
    const own = new Agent({ ca, keepAlive: true });
    const owner = new CosmosClient({ endpoint: guarded.endpoint, key: guarded.key, agent: own });
    const { database } = await owner.databases.create({ id: 'db' });
    await database.containers.create({ id: 'c', partitionKey: '/pk' });
    const containerFor = async (oid: string) => {
      const token = await issuer.sign({ oid });
      const aadCredentials = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
      const client = new CosmosClient({ endpoint: guarded.endpoint, aadCredentials, agent: own });
      return { client, container: client.database('db').container('c') };
    };
    const [writer, reader, stranger] = await Promise.all(['writes', 'reads', 'toString'].map(containerFor));
    await writer?.container.items.create({ id: '1', pk: 'p' });
    expect((await reader?.container.item('1', 'p').read())?.statusCode).toBe(200);
    expect((await reader?.container.items.query('SELECT * FROM c').fetchAll())?.resources).toHaveLength(1);
    const blocked = { code: 403, substatus: 5301 };
    await expect(reader?.container.items.create({ id: '2', pk: 'p' })).rejects.toMatchObject(blocked);
    await expect(reader?.container.item('1', 'p').delete()).rejects.toMatchObject(blocked);
    await expect(reader?.container.deleteAllItemsForPartitionKey('p')).rejects.toMatchObject(blocked);
    await expect(stranger?.container.item('1', 'p').read()).rejects.toMatchObject({ code: 403 });
    for (const client of [owner, writer?.client, reader?.client, stranger?.client]) client?.dispose();
    own.destroy();
    await guarded.close();
  });

  it.each<[string, () => Promise<string>]>([
    ['has expired', () => issuer.sign({ exp: 1 })],
    ['never expires', () => issuer.sign({ exp: undefined })],
    ['is not valid yet', () => issuer.sign({ nbf: 4_000_000_000 })],
    ['is for another audience', () => issuer.sign({ aud: 'https://graph.microsoft.com' })],
    ['is of another issuer', () => issuer.sign({ iss: 'https://login.example' })],
    ['was signed with another key', () => issuer.forge('key-1')],
    ['names a key that the issuer does not have', () => issuer.forge('key-2')],
    ['is not signed', async () => `${(await issuer.sign({})).split('.').slice(0, 2).join('.')}.`],
    ['is no token at all', async () => 'nonsense'],
    ['is empty', async () => ''],
  ])('are rejected with 401 when one %s', async (_, sign) => {
    const authorization = `type=aad&ver=1.0&sig=${await sign()}`;
    const { status, body } = await sendRaw(server, { method: 'GET', path: '/dbs', headers: { authorization } });
    expect({ status, code: JSON.parse(body).code }).toEqual({ status: 401, code: 'Unauthorized' });
  });

  it('are rejected without TLS, and where no issuer is trusted', async () => {
    const authorization = `type=aad&ver=1.0&sig=${await issuer.sign({})}`;
    const entra = { issuer: issuer.url, audience: 'https://cosmos.azure.com' };
    const plain = await startCosmos({ entra });
    const untrusting = await startCosmos({ dataDir: `${directory.path}/other`, tls: true });
    for (const other of [plain, untrusting]) {
      const { status } = await sendRaw(other, { method: 'GET', path: '/dbs', headers: { authorization } });
      expect(status).toBe(401);
      await other.close();
    }
  });

  it('are answered 503 while the issuer does not answer, and checked once it does', async () => {
    const late = await startTestIssuer();
    const token = await late.sign({});
    await late.close();
    const entra = { issuer: late.url, audience: 'https://cosmos.azure.com' };
    const waiting = await startCosmos({ dataDir: `${directory.path}/waiting`, tls: true, entra });
    const send = () =>
      sendRaw(waiting, { method: 'GET', path: '/dbs', headers: { authorization: `type=aad&ver=1.0&sig=${token}` } });
    expect((await send()).status).toBe(503);
    await late.listen();
    expect((await send()).status).toBe(200);
    await late.close();
    await waiting.close();
  });
});

interface Issuer {
  readonly url: string;
  /** A token of the issuer, with these claims changed. */
  sign(claims: Record<string, unknown>): Promise<string>;
  /** A token with the issuer's claims, signed by somebody else. */
  forge(kid: string): Promise<string>;
  /** Listens again on the port it had. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

async function startTestIssuer(): Promise<Issuer> {
  const own = await generateKeyPair('RS256', { extractable: true });
  const foreign = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'key-1', alg: 'RS256' };
  let server = await listenOn(0);
  const { port } = server.address() as AddressInfo; // it listens on a port
  const url = `http://127.0.0.1:${port}`;

  function listenOn(wanted: number): Promise<Server> {
    const listening = createServer(({ url: path }, response) => {
      const isDocument = path === '/.well-known/openid-configuration';
      response.setHeader('connection', 'close');
      response.end(JSON.stringify(isDocument ? { issuer: url, jwks_uri: `${url}/keys` } : { keys: [jwk] }));
    });
    return new Promise((resolve) => listening.listen(wanted, '127.0.0.1', () => resolve(listening)));
  }

  function toToken(claims: Record<string, unknown>, kid: string, key: typeof own.privateKey): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const common = { iss: url, aud: 'https://cosmos.azure.com', oid: 'someone', exp: now + 3_600, nbf: now };
    return new SignJWT({ ...common, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
  }

  return {
    url,
    sign: (claims) => toToken(claims, 'key-1', own.privateKey),
    forge: (kid) => toToken({}, kid, foreign.privateKey),
    listen: async () => {
      server = await listenOn(port);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
