import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Log, silentLog, VirtualClock } from '@lazurite/runtime';
import { makeDataDirectory } from '../../testing/data-directory.ts';
import { openSdkAccount } from '../../testing/sdk-account.ts';

describe('the sweep', () => {
  it('removes expired items from the file once a minute, and nothing else', async () => {
    const directory = makeDataDirectory();
    const clock = new VirtualClock(Date.now());
    const account = await openSdkAccount({ dataDir: directory.path, clock });
    const container = await account.container({ defaultTtl: 30 });
    for (let n = 0; n < 1_100; n += 100)
      await Promise.all(Array.from({ length: 100 }, (_, i) => container.items.create({ id: `${n + i}`, pk: 'a' })));
    await container.items.create({ id: 'kept', pk: 'a', ttl: -1 });
    await clock.advance(60_000);
    await account.close();

    const database = new DatabaseSync(join(directory.path, 'cosmos.db'));
    const left = database.prepare('SELECT id FROM items').all();
    database.close();
    directory.remove();
    expect(left.map(({ id }) => id)).toEqual(['kept']);
  });

  it('gives the room of deleted items back while the server runs, and logs the sizes', async () => {
    const directory = makeDataDirectory();
    const clock = new VirtualClock(Date.now());
    const shrunk: unknown[] = [];
    const log: Log = { ...silentLog, info: (fields, message) => message.includes('shrunk') && shrunk.push(fields) };
    const account = await openSdkAccount({ dataDir: directory.path, clock, log });
    const container = await account.container();
    const text = 'x'.repeat(100_000);
    const ids = Array.from({ length: 80 }, (_, n) => `${n}`);
    for (const id of ids) await container.items.create({ id, pk: 'a', text });
    await Promise.all(ids.map((id) => container.item(id, 'a').delete()));
    await clock.advance(60_000);
    await account.close();
    expect(shrunk).toEqual([
      {
        before: expect.objectContaining({ unusedBytes: expect.any(Number) }),
        after: expect.objectContaining({ logBytes: 0 }),
      },
    ]);
    const { before, after } = shrunk[0] as Record<'before' | 'after', { bytes: number; unusedBytes: number }>;
    expect(before.bytes).toBeGreaterThan(8_000_000);
    expect(after.bytes).toBeLessThan(2_000_000);
    expect(statSync(join(directory.path, 'cosmos.db')).size).toBeLessThan(2_000_000);
    directory.remove();
  });

  it('removes the changes that are older than the retention, also where nothing is written any more', async () => {
    const directory = makeDataDirectory();
    const clock = new VirtualClock(Date.now());
    const account = await openSdkAccount({ dataDir: directory.path, clock });
    const container = await account.container({ changeFeedPolicy: { retentionDuration: 5 } } as object);
    await container.items.create({ id: '1', pk: 'a' });
    await clock.advance(4 * 60_000);
    await container.items.create({ id: '2', pk: 'a' });
    await clock.advance(3 * 60_000);
    await account.close();

    const database = new DatabaseSync(join(directory.path, 'cosmos.db'));
    const left = database.prepare('SELECT body FROM change_log').all();
    database.close();
    directory.remove();
    expect(left.map(({ body }) => JSON.parse(String(body)).current.id)).toEqual(['2']);
  });
});
