import { VirtualClock } from '@lazurite/runtime';
import { type ContainerName, containerKey } from '../protocol/changes.ts';
import { CoalescingNotifier } from './coalescing-notifier.ts';

test('CoalescingNotifier tells of the first change at once and of all that follow closely as one', async () => {
  const clock = new VirtualClock();
  const emitted: string[] = [];
  const notifier = new CoalescingNotifier<ContainerName>(clock, containerKey, ({ container }) =>
    emitted.push(container),
  );
  const [orders, users] = ['orders', 'users'].map((container) => ({ database: 'shop', container }));
  for (let write = 0; write < 3; write++) if (orders) notifier.notify(orders);
  if (users) notifier.notify(users);
  expect(emitted).toEqual(['orders', 'users']);
  await clock.advance(100);
  expect(emitted).toEqual(['orders', 'users', 'orders']);
  if (orders) notifier.notify(orders);
  expect(emitted).toHaveLength(4);
});
