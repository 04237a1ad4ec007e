import { Readable } from 'node:stream';
import { CosmosClient, type Database, PermissionMode, TriggerOperation, TriggerType } from '@azure/cosmos';
import { exportDatabase, importDatabase, startCosmos } from '../index.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';

describe('exportDatabase() and importDatabase()', () => {
  const source = makeDataDirectory();
  const databaseLine = '{"type":"database","version":1,"id":"shop"}';
  const containerLine =
    '{"type":"container","definition":{"id":"c","partitionKey":{"paths":["/pk"],"kind":"Hash","version":2}}}';
  const itemLine = '{"type":"item","item":{"id":"1","pk":"a"}}';

  const resourceLine = (kind: string, properties: object) => JSON.stringify({ type: 'resource', kind, properties });

  afterAll(() => source.remove());

  async function withDatabase<T>(dataDir: string, id: string, act: (database: Database) => Promise<T>): Promise<T> {
    const cosmos = await startCosmos({ dataDir });
    const client = new CosmosClient(cosmos.connectionString);
    try {
      return await act(client.database(id));
    } finally {
      client.dispose();
      await cosmos.close();
    }
  }

  async function exported(dataDir: string, id: string): Promise<string> {
    let text = '';
    for await (const chunk of exportDatabase({ dataDir }, id)) text += chunk;
    return text;
  }

  async function contentsOf(database: Database): Promise<object[]> {
    const { resources } = await database.containers.readAll().fetchAll();
    return Promise.all(
      resources.map(async ({ id, indexingPolicy, partitionKey, defaultTtl, uniqueKeyPolicy }) => {
        const items = (await database.container(id).items.query('SELECT * FROM c').fetchAll()).resources;
        const offer = await database.container(id).readOffer();
        const own = items.map(({ _rid, _self, _etag, _ts, _attachments, ...rest }) => rest);
        const throughput = [offer.resource?.content?.offerThroughput, offer.resource?.content?.offerAutopilotSettings];
        return { id, indexingPolicy, partitionKey, defaultTtl, uniqueKeyPolicy, throughput, items: own };
      }),
    );
  }

  it('bring every container and item over, with ids, keys, time to live, definitions and throughput', async () => {
    const before = await withDatabase(source.path, 'shop', async (database) => {
      await database.client.databases.create({ id: 'shop' });
      const { container } = await database.containers.create({
        id: 'orders',
        partitionKey: { paths: ['/tenant', '/user'], kind: 'MultiHash' as never, version: 2 },
        defaultTtl: -1,
        uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/number'] }] },
        maxThroughput: 4_000,
      });
      await container.items.create({
        id: 'ünï 漢🚀',
        tenant: 't',
        user: 1,
        number: 1,
        ttl: 1_000,
        text: 'a\n"b"\u2028',
      });
      await container.items.create({ id: '2', tenant: 't', user: null, number: 2 });
      await database.containers.create({ id: 'keyless', partitionKey: undefined as never });
      await database.container('keyless').items.create({ id: 'x' });
      const { container: many } = await database.containers.create({
        id: 'many',
        partitionKey: '/pk',
        throughput: 20_000,
      });
      await many.items.executeBulkOperations(
        Array.from({ length: 1_200 }, (_, n) => ({
          operationType: 'Create',
          partitionKey: n % 7,
          resourceBody: { id: `${n}`, pk: n % 7 },
        })),
      );
      return contentsOf(database);
    });
    const target = makeDataDirectory();
    const progress: number[] = [];
    const lines = exportDatabase({ dataDir: source.path }, 'shop', ({ items }) => progress.push(items));
    expect(await importDatabase({ dataDir: target.path }, lines, { database: 'copy' })).toBe('copy');
    expect(await withDatabase(target.path, 'copy', contentsOf)).toEqual(before);
    expect(progress.at(-1)).toBe(1_203);
    expect(progress.length).toBeGreaterThan(3);
    target.remove();
  });

  it('bring scripts, encryption keys, users and permissions over, also under another name', async () => {
    const folder = makeDataDirectory();
    const key = {
      id: 'key',
      encryptionAlgorithm: 'AEAD_AES_256_CBC_HMAC_SHA256',
      wrappedDataEncryptionKey: 'AQID',
      keyWrapMetadata: { type: 't', name: 'n', value: 'v', algorithm: 'RSA-OAEP' },
    };
    await importDatabase(
      { dataDir: folder.path },
      Readable.from([databaseLine, `\n${resourceLine('clientencryptionkeys', key)}`]),
    );
    await withDatabase(folder.path, 'shop', async (database) => {
      const { container } = await database.containers.create({ id: 'c', partitionKey: '/pk' });
      await container.items.create({ id: '1', pk: 'a' });
      await container.scripts.storedProcedures.create({ id: 's', body: 'function () { /* ü */ }' });
      await container.scripts.userDefinedFunctions.create({ id: 'f', body: 'function () { return 1; }' });
      const trigger = { triggerType: TriggerType.Pre, triggerOperation: TriggerOperation.All };
      await container.scripts.triggers.create({ id: 't', body: 'function () {}', ...trigger });
      const { user } = await database.users.create({ id: 'reader' });
      const { resource: procedure } = await container.scripts.storedProcedure('s').read();
      const links = { container: container.url, script: String(procedure?._self), item: container.item('1', 'a').url };
      for (const [id, resource] of Object.entries(links))
        await user.permissions.create({ id, permissionMode: PermissionMode.Read, resource });
      const gone = (await database.containers.create({ id: 'gone', partitionKey: '/pk' })).container;
      await user.permissions.create({ id: 'gone', permissionMode: PermissionMode.All, resource: gone.url });
      await gone.delete();
    });
    const target = makeDataDirectory();
    await importDatabase({ dataDir: target.path }, exportDatabase({ dataDir: folder.path }, 'shop'), {
      database: 'copy',
    });
    const text = await exported(target.path, 'copy');
    expect(text).toContain(resourceLine('clientencryptionkeys', key));
    expect(text.replace('"copy"', '"shop"')).toBe(await exported(folder.path, 'shop'));
    await withDatabase(target.path, 'copy', async (database) => {
      const { scripts } = database.container('c');
      expect((await scripts.storedProcedure('s').read()).resource?.body).toBe('function () { /* ü */ }');
      const { resources } = await database.user('reader').permissions.readAll().fetchAll();
      expect(resources.map(({ id, resource }) => [id, resource])).toEqual([
        ['container', 'dbs/copy/colls/c'],
        ['script', 'dbs/copy/colls/c/sprocs/s'],
        ['item', 'dbs/copy/colls/c/docs/1'],
      ]);
    });
    folder.remove();
    target.remove();
  });

  it('may be cut into chunks anywhere, also inside a character', async () => {
    const text = `${databaseLine}\r\n\n${containerLine}\n{"type":"item","item":{"id":"漢🚀","pk":"a"}}`;
    const bytes = [...Buffer.from(text)].map((byte) => Buffer.of(byte));
    const target = makeDataDirectory();
    await importDatabase({ dataDir: target.path }, Readable.from(bytes));
    const read = await withDatabase(target.path, 'shop', (database) =>
      database.container('c').item('漢🚀', 'a').read(),
    );
    expect(read.statusCode).toBe(200);
    target.remove();
  });

  it.each([
    ['no line', [], 1, 'expected a database'],
    ['no database first', [containerLine], 1, 'expected a database'],
    ['a newer format', ['{"type":"database","version":2,"id":"x"}'], 1, 'version 2'],
    ['no JSON', [databaseLine, containerLine, itemLine, '{"type":'], 4, 'JSON'],
    ['an unknown type', [databaseLine, '{"type":"user"}'], 2, 'user'],
    ['an item before any container', [databaseLine, '', itemLine], 3, 'container'],
    ['a second database', [databaseLine, databaseLine], 2, 'second'],
    ['a script before any container', [databaseLine, resourceLine('sprocs', { id: 's', body: '' })], 2, 'script'],
    ['a permission before any user', [databaseLine, resourceLine('permissions', { id: 'p' })], 2, 'permission'],
    ['an unknown kind', [databaseLine, resourceLine('views', { id: 'p' })], 2, 'views'],
    [
      'a user twice',
      [databaseLine, resourceLine('users', { id: 'u' }), resourceLine('users', { id: 'u' })],
      3,
      'exists',
    ],
    ['a container twice', [databaseLine, containerLine, containerLine], 3, 'exists'],
    ['a wrong definition', [databaseLine, containerLine.replace('"Hash"', '"Heap"')], 2, 'Heap'],
    ['an item twice', [databaseLine, containerLine, itemLine, itemLine], 4, 'exists'],
    ['an item without id', [databaseLine, containerLine, '{"type":"item","item":{"pk":"a"}}', itemLine], 3, 'id'],
    ['a wrong throughput', [`${databaseLine.slice(0, -1)},"throughput":{"requestUnits":1}}`], 1, '1'],
  ])('an import with %s is rejected with the number of the line and leaves nothing', async (_, lines, number, word) => {
    const target = makeDataDirectory();
    const importing = importDatabase({ dataDir: target.path }, Readable.from(lines.map((line) => `${line}\n`)));
    await expect(importing).rejects.toMatchObject({
      code: 'BadLine',
      message: expect.stringMatching(new RegExp(`^Line ${number}\\b.*${word}`, 's')),
    });
    await expect(exported(target.path, 'shop')).rejects.toMatchObject({ code: 'DatabaseMissing' });
    target.remove();
  });

  it('reject a database that is absent, one that is there, and a directory in use', async () => {
    const target = makeDataDirectory();
    await importDatabase({ dataDir: target.path }, Readable.from([databaseLine]));
    await expect(exported(target.path, 'absent')).rejects.toMatchObject({ code: 'DatabaseMissing' });
    const again = importDatabase({ dataDir: target.path }, Readable.from([databaseLine]));
    await expect(again).rejects.toMatchObject({ code: 'DatabaseExists' });
    const cosmos = await startCosmos({ dataDir: target.path });
    await expect(exported(target.path, 'shop')).rejects.toMatchObject({ code: 'DataDirectoryInUse' });
    await cosmos.close();
    expect(await exported(target.path, 'shop')).toBe(`${databaseLine}\n`);
    target.remove();
  });
});
