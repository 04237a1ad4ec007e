import { VirtualClock } from '@lazurite/runtime';
import type { FunctionInfo } from '../protocol/events.ts';
import type { ToWorker } from '../protocol/messages.ts';
import { ChangeRelay } from './change-relay.ts';

const WATCHER: FunctionInfo = {
  name: 'onOrder',
  triggerType: 'cosmosDBTrigger',
  methods: [],
  disabled: false,
  bindings: [],
  watches: { database: 'shop', container: 'orders' },
  storageSource: 'blob/uploads',
};

function relayOf(functions: readonly FunctionInfo[]): { relay: ChangeRelay; clock: VirtualClock; sent: ToWorker[] } {
  const clock = new VirtualClock();
  const sent: ToWorker[] = [];
  const relay = new ChangeRelay(clock);
  relay.receiver = { functions, process: { notify: (message) => void sent.push(message) } };
  return { relay, clock, sent };
}

test('a change relay sends the first change of a container at once, and all that follow closely as one', async () => {
  const { relay, clock, sent } = relayOf([WATCHER]);
  for (let write = 0; write < 3; write++) relay.containerChanged({ database: 'shop', container: 'orders' });
  expect(sent).toHaveLength(1);
  await clock.advance(100);
  expect(sent).toHaveLength(2);
  relay.containerChanged({ database: 'shop', container: 'orders' });
  expect(sent).toHaveLength(3);
});

test('a change relay sends each blob of a watched container by its own name', async () => {
  const { relay, sent } = relayOf([WATCHER]);
  for (const blob of ['a', 'b', 'a']) relay.storageChanged({ service: 'blob', container: 'uploads', blob });
  expect(sent).toEqual([
    { type: 'storage-changed', source: 'blob/uploads', blob: 'a' },
    { type: 'storage-changed', source: 'blob/uploads', blob: 'b' },
  ]);
});

test('a change relay sends nothing that no trigger waits for', () => {
  const { relay, sent } = relayOf([WATCHER]);
  relay.containerChanged({ database: 'shop', container: 'users' });
  relay.storageChanged({ service: 'queue', queue: 'uploads' });
  expect(sent).toEqual([]);
});
