import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { killInMidBatch } from '../testing/kill-in-mid-batch.ts';
import { openSdkAccount } from '../testing/sdk-account.ts';
import { serveDirectory } from '../testing/served-directory.ts';

/** `npm run test:endurance:cosmos` kills 50 times. */
const KILLS = 3;
const TESTING = join(__dirname, '../testing');

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

describe('transactional batches', () => {
  it('are there as a whole or not at all after the server was killed, and share no LSN', async () => {
    const directory = makeDataDirectory();
    const outcome = await killInMidBatch({ dataDir: directory.path, kills: KILLS, testing: TESTING });
    expect(outcome).toMatchObject({ half: [], lost: [], reused: [] });
    expect(outcome.acknowledged).toBeGreaterThanOrEqual(KILLS * 25);
    directory.remove();
  });
});

describe('a stored procedure', () => {
  it('that ran when the server was killed has left nothing', async () => {
    const directory = makeDataDirectory();
    const { child, client } = await serveDirectory(TESTING, directory.path);
    const { database } = await client.databases.create({ id: 'db' });
    const { container } = await database.containers.create({ id: 'c', partitionKey: '/pk' });
    await container.items.create({ id: 'before', pk: 'a' });
    const body = `function () {
      var count = 0;
      next();
      function next() {
        if (count === 20) while (true) {}
        count += 1;
        __.createDocument(__.getSelfLink(), { id: 'half-' + count, pk: 'a' }, next);
      }
    }`;
    await container.scripts.storedProcedures.create({ id: 'endless', body });
    const running = container.scripts
      .storedProcedure('endless')
      .execute('a')
      .catch(() => 'failed');
    const waiting = container.items.create({ id: 'after', pk: 'a' }).catch(() => 'failed');
    await delay(1_500);
    expect((await container.items.readAll().fetchAll()).resources.map(({ id }) => id)).toEqual(['before']);
    child.kill('SIGKILL');
    expect(await Promise.all([running, waiting])).toEqual(['failed', 'failed']);
    client.dispose();

    const account = await openSdkAccount({ dataDir: directory.path });
    const again = account.client.database('db').container('c');
    expect((await again.items.readAll().fetchAll()).resources.map(({ id }) => id)).toEqual(['before']);
    await account.close();
    directory.remove();
  });
});

async function writeUntilKilled(dataDir: string, round: number, acknowledged: Map<string, number>): Promise<void> {
  const { child, client } = await serveDirectory(TESTING, dataDir);
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
