import {
  type Container,
  type ContainerDefinition,
  CosmosClient,
  type Database,
  EncryptionAlgorithm,
  type EncryptionKeyResolver,
  EncryptionKeyResolverName,
  EncryptionQueryBuilder,
  EncryptionType,
  KeyEncryptionAlgorithm,
} from '@azure/cosmos';
import { type CosmosServer, startCosmos } from '../index.ts';
import { sendRaw } from '../testing/raw-request.ts';

/** "Wraps" a key by changing each of its bytes: the server sees neither the key nor the resolver. */
const RESOLVER: EncryptionKeyResolver = {
  encryptionKeyResolverName: 'test',
  wrapKey: async (_id, _algorithm, key) => key.map((byte) => byte ^ 0x55),
  unwrapKey: async (_id, _algorithm, key) => key.map((byte) => byte ^ 0x55),
};

const METADATA = {
  type: EncryptionKeyResolverName.AzureKeyVault,
  name: 'master',
  value: 'https://vault.example/keys/master/1',
  algorithm: KeyEncryptionAlgorithm.RSA_OAEP,
};
const ALGORITHM = EncryptionAlgorithm.AEAD_AES_256_CBC_HMAC_SHA256;

const includedPath = (path: string, encryptionType = EncryptionType.DETERMINISTIC) => ({
  path,
  clientEncryptionKeyId: 'key',
  encryptionType,
  encryptionAlgorithm: ALGORITHM,
});

describe('client-side encryption', () => {
  let server: CosmosServer;
  let client: CosmosClient;
  let plain: CosmosClient;
  let database: Database;

  beforeAll(async () => {
    server = await startCosmos();
    plain = new CosmosClient(server.connectionString);
    client = new CosmosClient({
      endpoint: server.endpoint,
      key: server.key,
      clientEncryptionOptions: { keyEncryptionKeyResolver: RESOLVER },
    });
    database = (await client.databases.create({ id: 'db' })).database;
    await database.createClientEncryptionKey('key', ALGORITHM, METADATA);
  });

  afterAll(async () => {
    client.dispose();
    plain.dispose();
    await server.close();
  });

  const rawKey = (method: string, id: string, body?: object, headers = {}) =>
    sendRaw(server, {
      method,
      path: `/dbs/db/clientencryptionkeys${id === '' ? '' : `/${id}`}`,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
  const newKey = (id: string) => ({
    id,
    encryptionAlgorithm: ALGORITHM,
    wrappedDataEncryptionKey: 'YWJj+/==',
    keyWrapMetadata: METADATA,
  });

  it('a key is read as it was written, through the SDK', async () => {
    const { clientEncryptionKeyProperties: read } = await database.readClientEncryptionKey('key');
    expect(read).toMatchObject({ id: 'key', encryptionAlgorithm: ALGORITHM, encryptionKeyWrapMetadata: METADATA });
  });

  it('a key is wrapped anew through the SDK', async () => {
    await database.createClientEncryptionKey('again', ALGORITHM, METADATA);
    const metadata = { ...METADATA, name: 'master2', value: 'https://vault.example/keys/master/2' };
    const { clientEncryptionKeyProperties: rewrapped } = await database.rewrapClientEncryptionKey('again', metadata);
    expect(rewrapped?.encryptionKeyWrapMetadata).toEqual(metadata);
  });

  it('a key has the system properties, and its texts are kept byte for byte', async () => {
    const response = await rawKey('POST', '', newKey('exact'));
    expect(response.status).toBe(201);
    const read = JSON.parse((await rawKey('GET', 'exact')).body);
    expect(read).toEqual({
      ...newKey('exact'),
      _rid: expect.stringMatching(/^[\w+-]{16}$/),
      _self: expect.stringMatching(/^dbs\/[^/]+\/clientencryptionkeys\/[^/]+\/$/),
      _etag: response.headers.etag,
      _ts: expect.any(Number),
    });
    expect(JSON.parse((await rawKey('GET', '')).body)).toMatchObject({
      ClientEncryptionKeys: expect.arrayContaining([read]),
    });
  });

  it('a second key of one id is rejected with 409, and one that is not there is 404', async () => {
    await expect(database.createClientEncryptionKey('key', ALGORITHM, METADATA)).rejects.toMatchObject({ code: 409 });
    expect((await rawKey('GET', 'none')).status).toBe(404);
  });

  it('a key is not read again while it is the same, and not replaced when it has changed', async () => {
    const { headers } = await rawKey('POST', '', newKey('tagged'));
    const etag = String(headers.etag);
    const databaseRid = { 'x-ms-cosmos-database-rid': 'AAAA' };
    expect((await rawKey('GET', 'tagged', undefined, { ...databaseRid, 'if-none-match': etag })).status).toBe(304);
    expect((await rawKey('PUT', 'tagged', newKey('tagged'), { 'if-match': etag })).status).toBe(200);
    expect((await rawKey('PUT', 'tagged', newKey('tagged'), { 'if-match': etag })).status).toBe(412);
    expect((await rawKey('DELETE', 'tagged')).status).toBe(405);
  });

  it.each(['encryptionAlgorithm', 'wrappedDataEncryptionKey', 'keyWrapMetadata'])(
    'a key without %s is rejected with 400',
    async (name) => {
      const response = await rawKey('POST', '', { ...newKey('wrong'), [name]: undefined });
      expect(response).toMatchObject({ status: 400, body: expect.stringContaining(`'${name}; '`) });
    },
  );

  it('the keys of a database are gone with it', async () => {
    const { database: other } = await client.databases.create({ id: 'other' });
    await other.createClientEncryptionKey('key', ALGORITHM, METADATA);
    await other.delete();
    const { database: again } = await client.databases.create({ id: 'other' });
    await expect(again.readClientEncryptionKey('key')).rejects.toMatchObject({ code: 404 });
  });

  async function encryptedContainer(id: string): Promise<Container> {
    const clientEncryptionPolicy = {
      policyFormatVersion: 2,
      includedPaths: [
        includedPath('/secret'),
        includedPath('/name', EncryptionType.RANDOMIZED),
        includedPath('/pk'),
        includedPath('/id'),
      ],
    };
    const definition: ContainerDefinition = { id, partitionKey: { paths: ['/pk'] }, clientEncryptionPolicy };
    const { container, resource } = await database.containers.create(
      definition as Parameters<typeof database.containers.create>[0],
    );
    expect(resource?.clientEncryptionPolicy).toEqual(clientEncryptionPolicy);
    await container.initializeEncryption();
    return container;
  }

  it('items are encrypted on the way, and decrypted by the client alone', async () => {
    const container = await encryptedContainer('items');
    await container.items.create({ id: 'a', pk: 'p', secret: 'hidden', name: { first: 'Ada' }, shown: 1 });
    expect((await container.item('a', 'p').read()).resource).toMatchObject({
      secret: 'hidden',
      name: { first: 'Ada' },
    });
    const { resources } = await plain.database('db').container('items').items.readAll().fetchAll();
    expect(resources).toEqual([expect.objectContaining({ shown: 1 })]);
    expect(JSON.stringify(resources)).not.toMatch(/hidden|Ada/);
  });

  it('items are replaced, patched, upserted, batched and deleted encrypted', async () => {
    const container = await encryptedContainer('written');
    await container.items.create({ id: 'a', pk: 'p', secret: 's' });
    await container.item('a', 'p').replace({ id: 'a', pk: 'p', secret: 't' });
    await container.item('a', 'p').patch([{ op: 'set', path: '/secret', value: 'u' }]);
    await container.items.upsert({ id: 'b', pk: 'p', secret: 'v' });
    const batch = await container.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'c', pk: 'p', secret: 'w' } },
        { operationType: 'Read', id: 'c' },
      ],
      'p',
    );
    expect(batch.result?.map(({ statusCode }) => statusCode)).toEqual([201, 200]);
    const bulk = await container.items.executeBulkOperations([
      { operationType: 'Create', partitionKey: 'p', resourceBody: { id: 'd', pk: 'p', secret: 'x' } },
    ]);
    expect(bulk.map(({ response }) => response?.statusCode)).toEqual([201]);
    const query = new EncryptionQueryBuilder('SELECT * FROM c');
    const { resources } = await (await container.items.getEncryptionQueryIterator(query)).fetchAll();
    expect(resources.map(({ secret }) => secret).sort()).toEqual(['u', 'v', 'w', 'x']);
    await container.item('a', 'p').delete();
    expect((await container.item('a', 'p').read()).statusCode).toBe(404);
  });

  it('a query finds what is encrypted deterministically', async () => {
    const container = await encryptedContainer('queried');
    for (const secret of ['x', 'y', 'y']) await container.items.create({ pk: 'p', secret });
    const query = new EncryptionQueryBuilder('SELECT * FROM c WHERE c.secret = @s');
    query.addParameter('@s', 'y', '/secret');
    const iterator = await container.items.getEncryptionQueryIterator(query);
    expect((await iterator.fetchAll()).resources.map(({ secret }) => secret)).toEqual(['y', 'y']);
  });

  it('a container that was made again is noticed by every operation, whose next call works', async () => {
    const container = await encryptedContainer('again');
    await container.items.create({ id: 'a', pk: 'p', secret: 's' });
    await plain.database('db').container('again').delete();
    const clientEncryptionPolicy = { policyFormatVersion: 2, includedPaths: [includedPath('/other')] };
    await plain
      .database('db')
      .containers.create({ id: 'again', partitionKey: { paths: ['/pk'] }, clientEncryptionPolicy });
    await expect(container.items.create({ id: 'a', pk: 'p', secret: 's' })).rejects.toThrow('mismatch');
    expect((await container.items.create({ id: 'a', pk: 'p', secret: 's' })).statusCode).toBe(201);
  });

  it.each<[string, object, string]>([
    ['a path of version 1 that is the id', { includedPaths: [includedPath('/id')] }, 'policy format version 2'],
    ['a path of version 1 in the key', { includedPaths: [includedPath('/pk')] }, 'policy format version 2'],
    [
      'an id that is encrypted at random',
      { policyFormatVersion: 2, includedPaths: [includedPath('/id', EncryptionType.RANDOMIZED)] },
      "The '/id' property must be encrypted using Deterministic encryption.",
    ],
    [
      'a key that is encrypted at random',
      { policyFormatVersion: 2, includedPaths: [includedPath('/pk', EncryptionType.RANDOMIZED)] },
      'Path: /pk which is part of the partition key has to be encrypted with Deterministic type Encryption.',
    ],
    ['a path without a slash', { includedPaths: [includedPath('a')] }, "needs to start with '/'"],
    ['a path of two levels', { includedPaths: [includedPath('/a/b')] }, 'Only top-level paths'],
    [
      'no key',
      { includedPaths: [{ ...includedPath('/a'), clientEncryptionKeyId: '' }] },
      'ClientEncryptionKeyId needs to be defined as string type in ClientEncryptionIncludedPath',
    ],
    ['another type', { includedPaths: [{ ...includedPath('/a'), encryptionType: 'None' }] }, 'EncryptionType'],
    [
      'another algorithm',
      { includedPaths: [{ ...includedPath('/a'), encryptionAlgorithm: 'A' }] },
      'EncryptionAlgorithm',
    ],
    ['a path twice', { includedPaths: [includedPath('/a'), includedPath('/a')] }, 'Duplicate Path found: /a.'],
    ['another version', { policyFormatVersion: 3, includedPaths: [] }, 'Supported versions'],
  ])('a policy with %s is rejected with 400', async (_, clientEncryptionPolicy, message) => {
    const body = JSON.stringify({
      id: 'wrong',
      partitionKey: { paths: ['/pk'], kind: 'Hash' },
      clientEncryptionPolicy,
    });
    const response = await sendRaw(server, { method: 'POST', path: '/dbs/db/colls', body });
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body).message).toContain(message);
  });
});
