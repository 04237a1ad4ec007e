import { withSharedReads } from '../../shared/domain/notifications/delivery/shared-reads.ts';
import type { SubscribedResource } from '../../shared/domain/notifications/subscription.ts';
import { createMemoryChangeLog } from '../support/memory-change-log.ts';
import { newChange } from '../support/notifications.ts';

const CHAT: SubscribedResource = { kind: 'chat', chatId: '19:x@thread.v2' };

function newSharedLog() {
  const log = createMemoryChangeLog();
  const reads: string[] = [];
  const soon: (() => void)[] = [];
  const counted: typeof log.read = (watched, place, limit) => {
    reads.push(place);
    return log.read(watched, place, limit);
  };
  const shared = withSharedReads({ ...log, read: counted }, (callback) => void soon.push(callback));
  return { log, reads, shared, begin: () => soon.splice(0).forEach((callback) => void callback()) };
}

test('withSharedReads() reads once for all who ask for the same page before it begins', async () => {
  const { log, reads, shared, begin } = newSharedLog();
  log.append(newChange());
  const operation: SubscribedResource = { kind: 'operation', chatId: '19:x@thread.v2', operationId: 'other' };
  const pages = [shared.read(CHAT, '0', 50), shared.read(CHAT, '0', 50), shared.read(operation, '0', 50)];
  begin();
  const [first, ...others] = await Promise.all(pages);
  expect(first?.changes).toHaveLength(1);
  for (const page of others) expect(page).toBe(first);
  expect(reads).toEqual(['0']);
});

test.each<[string, SubscribedResource, string, number]>([
  ['place', CHAT, '1', 50],
  ['size', CHAT, '0', 10],
  ['chat', { kind: 'chat', chatId: 'another' }, '0', 50],
])('withSharedReads() reads again for another %s', async (_what, watched, place, limit) => {
  const { reads, shared, begin } = newSharedLog();
  const pages = [shared.read(CHAT, '0', 50), shared.read(watched, place, limit)];
  begin();
  await Promise.all(pages);
  expect(reads).toHaveLength(2);
});

test('withSharedReads() lets nobody join a read that has begun', async () => {
  const { log, shared, begin } = newSharedLog();
  const early = shared.read(CHAT, '0', 50);
  begin();
  log.append(newChange());
  const late = shared.read(CHAT, '0', 50);
  begin();
  expect((await early).changes).toEqual([]);
  expect((await late).changes).toHaveLength(1);
});

test('withSharedReads() tells all of a failure, and tries again for the next', async () => {
  const log = createMemoryChangeLog();
  const read = jest.fn().mockRejectedValueOnce(new Error('away')).mockImplementation(log.read);
  const shared = withSharedReads({ ...log, read }, setImmediate);
  const failed = [shared.read(CHAT, '0', 50), shared.read(CHAT, '0', 50)];
  for (const page of failed) await expect(page).rejects.toThrow('away');
  await expect(shared.read(CHAT, '0', 50)).resolves.toMatchObject({ changes: [] });
});
