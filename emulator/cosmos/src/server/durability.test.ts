import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { WELL_KNOWN_KEY } from '../index.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { openSdkAccount } from '../testing/sdk-account.ts';

const KILLS = 3;

describe('what was acknowledged', () => {
  it('is there after the server was killed in the middle of writing, and no LSN is given twice', async () => {
    const directory = makeDataDirectory();
    const acknowledged = new Map<string, number>();
    for (let kill = 0; kill < KILLS; kill++) await writeUntilKilled(directory.path, kill, acknowledged);

    const account = await openSdkAccount({ dataDir: directory.path });
    const container = account.client.database('db').container('c');
    for (const id of acknowledged.keys()) expect((await container.item(id, 'a').read()).statusCode).toBe(200);
    const { headers } = await container.items.create({ id: 'after', pk: 'a' });
    const lsns = [...acknowledged.values(), Number(headers['x-ms-item-lsn'])];
    expect(new Set(lsns).size).toBe(lsns.length);
    expect(lsns.at(-1)).toBe(Math.max(...lsns));
    await account.close();
    directory.remove();
  });
});

async function writeUntilKilled(dataDir: string, round: number, acknowledged: Map<string, number>): Promise<void> {
  const { child, client } = await startServer(dataDir);
  const { database } = await client.databases.createIfNotExists({ id: 'db' });
  const { container } = await database.containers.createIfNotExists({ id: 'c', partitionKey: '/pk' });
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; ; n++) {
      const id = `${round}-${writer}-${n}`;
      const { headers } = await container.items.create({ id, pk: 'a' });
      acknowledged.set(id, Number(headers['x-ms-item-lsn']));
      if (acknowledged.size === (round + 1) * 100) child.kill('SIGKILL');
    }
  });
  await Promise.allSettled(writers);
  client.dispose();
}

async function startServer(dataDir: string): Promise<{ child: ChildProcess; client: CosmosClient }> {
  const script = join(__dirname, '../testing/serve-directory.ts');
  const args = ['--conditions', 'lazurite-source', script, dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const endpoint = `http://127.0.0.1:${Number(String(line))}`;
  const connectionPolicy = {
    retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 },
  };
  return { child, client: new CosmosClient({ endpoint, key: WELL_KNOWN_KEY, connectionPolicy }) };
}
