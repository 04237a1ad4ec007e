import { cpSync, existsSync, mkdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Container, CosmosClient } from '@azure/cosmos';
import { type Log, silentLog } from '@lazurite/runtime';
import { type CosmosServer, startCosmos } from '../index.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';

/** Longer than reads may go on from files that are gone. */
const SEEN_AFTER_MS = 150;

describe('while the files of the store are gone', () => {
  let root: ReturnType<typeof makeDataDirectory>;
  let dataDir: string;
  let server: CosmosServer;
  let client: CosmosClient;
  let container: Container;
  let errors: string[];

  beforeEach(async () => {
    root = makeDataDirectory();
    dataDir = join(root.path, 'data');
    errors = [];
    const log: Log = { ...silentLog, error: (_, message) => errors.push(message) };
    server = await startCosmos({ dataDir, log });
    client = new CosmosClient({
      endpoint: server.endpoint,
      key: server.key,
      connectionPolicy: { retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0 } as never },
    });
    const { database } = await client.databases.create({ id: 'db' });
    ({ container } = await database.containers.create({ id: 'c', partitionKey: '/pk' }));
    await container.items.create({ id: 'before', pk: 'a' });
  });

  afterEach(async () => {
    client.dispose();
    await server.close();
    root.remove();
  });

  const elsewhere = () => join(root.path, 'elsewhere');
  const ways: [string, () => void][] = [
    ['the directory was deleted', () => rmSync(dataDir, { recursive: true })],
    ['the directory was moved away', () => renameSync(dataDir, elsewhere())],
    [
      'an empty directory is in its place',
      () => {
        renameSync(dataDir, elsewhere());
        mkdirSync(dataDir);
      },
    ],
    [
      'a copy is in its place',
      () => {
        cpSync(dataDir, elsewhere(), { recursive: true });
        rmSync(dataDir, { recursive: true });
        renameSync(elsewhere(), dataDir);
      },
    ],
    ['the log alone was deleted', () => unlinkSync(join(dataDir, 'cosmos.db-wal'))],
    ['the main file alone was deleted', () => unlinkSync(join(dataDir, 'cosmos.db'))],
    ['the commit journal alone was deleted', () => unlinkSync(join(dataDir, 'cosmos.commits'))],
  ];

  it.each(ways)('because %s, no write is acknowledged, reads say so, and the log has it once', async (_, remove) => {
    remove();
    const writes = await Promise.allSettled([
      container.items.create({ id: 'point', pk: 'a' }),
      container.items.upsert({ id: 'before', pk: 'a', changed: true }),
      container.item('before', 'a').delete(),
      container.items.batch([{ operationType: 'Create', resourceBody: { id: 'batch', pk: 'a' } }], 'a'),
    ]);
    const codes = writes.map((one) => one.status === 'rejected' && (one.reason.code ?? one.reason.cause?.code));
    expect(codes).toEqual([503, 503, 503, 503]);
    await new Promise((resolve) => setTimeout(resolve, SEEN_AFTER_MS));
    const reads = await Promise.allSettled([
      container.item('before', 'a').read(),
      container.items.query('SELECT * FROM c', { partitionKey: 'a' }).fetchAll(),
    ]);
    for (const read of reads) {
      expect(read).toMatchObject({ status: 'rejected', reason: { code: 503 } });
      expect(String(read.status === 'rejected' && read.reason.message)).toMatch(
        /was deleted, moved or replaced.*Put .* back/,
      );
    }
    expect(errors).toHaveLength(1);
  });

  it('and come back, everything is served again and nothing that was answered 503 is there', async () => {
    renameSync(dataDir, elsewhere());
    await expect(container.items.create({ id: 'lost', pk: 'a' })).rejects.toMatchObject({ code: 503 });
    renameSync(elsewhere(), dataDir);
    await container.items.create({ id: 'after', pk: 'a' });
    const { resources } = await container.items.readAll<{ id: string }>().fetchAll();
    expect(resources.map(({ id }) => id)).toEqual(['before', 'after']);
  });

  it('because the log alone was deleted, a proper stop keeps all that was acknowledged', async () => {
    unlinkSync(join(dataDir, 'cosmos.db-wal'));
    await server.close();
    server = await startCosmos({ dataDir });
    const again = new CosmosClient(server.connectionString);
    expect((await again.database('db').container('c').item('before', 'a').read()).statusCode).toBe(200);
    again.dispose();
    expect(existsSync(join(dataDir, 'cosmos.db-wal'))).toBe(true);
  });
});
