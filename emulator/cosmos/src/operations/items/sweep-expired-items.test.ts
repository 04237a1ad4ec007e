import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VirtualClock } from '@lazurite/runtime';
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
});
