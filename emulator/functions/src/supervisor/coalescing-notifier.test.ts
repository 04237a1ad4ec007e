import { VirtualClock } from '@lazurite/runtime';
import { type ContainerName, containerKey } from '../protocol/changes.ts';
import { CoalescingNotifier } from './coalescing-notifier.ts';

test('CoalescingNotifier tells of the first change at once and of all that follow closely as one', async () => {
  const clock = new VirtualClock();
  const told: string[] = [];
  const notices = new CoalescingNotifier<ContainerName>(clock, containerKey, ({ container }) => told.push(container));
  const [orders, users] = ['orders', 'users'].map((container) => ({ database: 'shop', container }));
  for (let write = 0; write < 3; write++) if (orders) notices.notify(orders);
  if (users) notices.notify(users);
  expect(told).toEqual(['orders', 'users']);
  await clock.advance(100);
  expect(told).toEqual(['orders', 'users', 'orders']);
  if (orders) notices.notify(orders);
  expect(told).toHaveLength(4);
});
