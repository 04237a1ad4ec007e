import { type Log, silentLog } from '@lazurite/runtime';
import type { ContainerChange } from '../index.ts';
import { openSdkAccount } from '../testing/sdk-account.ts';

describe('onChange()', () => {
  it('notifies of each write after its commit, and of nothing that was rejected or only read', async () => {
    const account = await openSdkAccount();
    const container = await account.container();
    const { resource } = await container.read();
    const changes: ContainerChange[] = [];
    const stop = account.server.onChange((change) => changes.push(change));
    const { item } = await container.items.create({ id: '1', pk: 'p' });
    await expect(container.items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({ code: 409 });
    await item.read();
    await item.delete();
    const common = { database: 'db', container: container.id, containerRid: resource?._rid, range: 0 };
    expect(changes).toEqual([
      { ...common, lsn: 1 },
      { ...common, lsn: 2 },
    ]);
    stop();
    await container.items.create({ id: '2', pk: 'p' });
    expect(changes).toHaveLength(2);
    await account.close();
  });

  it('notifies once of all writes of one group, with the last LSN of each physical partition', async () => {
    const account = await openSdkAccount();
    const container = await account.container({ maxThroughput: 20_000 });
    const last = new Map<number, number>();
    account.server.onChange(({ range, lsn }) => last.set(range, lsn));
    await Promise.all(Array.from({ length: 40 }, (_, n) => container.items.create({ id: `${n}`, pk: `p${n}` })));
    expect([...last.keys()].sort()).toEqual([0, 1]);
    expect([...last.values()].reduce((sum, lsn) => sum + lsn, 0)).toBe(40);
    await account.close();
  });

  it('goes on after a listener that throws, and logs it', async () => {
    const errors: unknown[] = [];
    const log: Log = { ...silentLog, error: (fields) => void errors.push(fields) };
    const account = await openSdkAccount({ log });
    const container = await account.container();
    const lsns: number[] = [];
    account.server.onChange(() => {
      throw new Error('a listener’s own');
    });
    account.server.onChange(({ lsn }) => lsns.push(lsn));
    expect((await container.items.create({ id: '1', pk: 'p' })).statusCode).toBe(201);
    expect(lsns).toEqual([1]);
    expect(errors).toMatchObject([{ err: { message: 'a listener’s own' } }]);
    await account.close();
  });
});
