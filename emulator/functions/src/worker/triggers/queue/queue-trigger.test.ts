import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueServiceClient } from '@azure/storage-queue';
import { seededRandomness, silentLog, sleep, systemClock } from '@lazurite/runtime';
import { type Storage, startStorage } from '@lazurite/storage';
import { recordTrigger } from '../../../testing/trigger-context.ts';
import { createFunctionBindings } from '../../bindings/function-bindings.ts';
import { queueBinding } from '../../bindings/queue/queue-binding.ts';
import type { InvocationOutcome, TriggeredInvocation } from '../../invocation/invocation.ts';
import { createQueueTrigger } from './queue-trigger.ts';

let dataDir = '';
let storage: Storage;
let service: QueueServiceClient;
let env: Record<string, string>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-queue-'));
  storage = await startStorage({ dataDir, log: silentLog });
  service = QueueServiceClient.fromConnectionString(storage.connectionString);
  env = { AzureWebJobsStorage: storage.connectionString };
});

afterAll(async () => {
  await storage.close();
  await rm(dataDir, { recursive: true, force: true });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(systemClock, 20);
}

function trigger(queueName: string, run?: (invocation: TriggeredInvocation) => Promise<InvocationOutcome>) {
  const binding = { name: 'message', type: 'queueTrigger', queueName };
  const hostJson = { extensions: { queues: { maxDequeueCount: 2, maxPollingInterval: '00:00:00.2' } } };
  return recordTrigger({ binding, clock: systemClock, dataDir, env, hostJson, ...(run && { run }) });
}

describe('queueTrigger', () => {
  test('waits for a queue that is missing, hands over each message once and deletes it', async () => {
    const { context, invocations } = trigger('Orders');
    const listener = await createQueueTrigger(context);
    await listener.start();
    const queue = service.getQueueClient('orders');
    await queue.createIfNotExists();
    const { messageId } = await queue.sendMessage(base64('{"id":7,"name":"x"}'));
    await until(() => invocations.length === 1);
    await listener.stop();
    expect(invocations[0]?.input).toEqual({ string: '{"id":7,"name":"x"}' });
    expect(invocations[0]?.reason).toBe("New queue message detected on 'orders'.");
    expect(invocations[0]?.details).toMatch(new RegExp(`^MessageId: ${messageId}, DequeueCount: 1, InsertionTime: `));
    expect(invocations[0]?.metadata).toMatchObject({
      QueueTrigger: { string: '{"id":7,"name":"x"}' },
      DequeueCount: { json: '1' },
      Id: { string: messageId },
      name: { string: 'x' },
    });
    expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
  });

  test('shows a failed message again, then moves it to the poison queue', async () => {
    const { context, invocations } = trigger('failing', async () => ({ succeeded: false, error: new Error('no') }));
    const queue = service.getQueueClient('failing');
    await queue.create();
    await queue.sendMessage(base64('bad'));
    const listener = await createQueueTrigger(context);
    await listener.start();
    const poison = service.getQueueClient('failing-poison');
    await until(() => poison.exists());
    await until(async () => ((await poison.getProperties()).approximateMessagesCount ?? 0) === 1);
    await listener.stop();
    expect(invocations.map(({ metadata }) => metadata.DequeueCount)).toEqual([{ json: '1' }, { json: '2' }]);
    const { peekedMessageItems } = await poison.peekMessages();
    expect(peekedMessageItems.map(({ messageText }) => messageText)).toEqual([base64('bad')]);
    expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
  });

  test('moves a message that is not Base64 to the poison queue without a call', async () => {
    const { context, invocations } = trigger('plain');
    const queue = service.getQueueClient('plain');
    await queue.create();
    await queue.sendMessage('not base64!');
    const listener = await createQueueTrigger(context);
    await listener.start();
    await until(() => service.getQueueClient('plain-poison').exists());
    await listener.stop();
    expect(invocations).toEqual([]);
  });

  test('waits for the messages in hand when it stops', async () => {
    let finished = 0;
    const { context, invocations } = trigger('slow', async () => {
      await sleep(systemClock, 300);
      finished++;
      return { succeeded: true };
    });
    const queue = service.getQueueClient('slow');
    await queue.create();
    for (let index = 0; index < 3; index++) await queue.sendMessage(base64(String(index)));
    const listener = await createQueueTrigger(context);
    await listener.start();
    await until(() => invocations.length > 0);
    await listener.stop();
    expect(finished).toBe(invocations.length);
  });

  test('rejects a binding without queueName, and a connection that is not set', async () => {
    await expect(createQueueTrigger(trigger('').context)).rejects.toThrow("'queueName' is required");
    const { context } = trigger('x');
    await expect(createQueueTrigger({ ...context, env: {} })).rejects.toThrow(
      "connection 'AzureWebJobsStorage' is not set",
    );
  });
});

describe('queue output', () => {
  async function bindings(queueName: string) {
    const { context } = trigger('unused');
    const output = { name: 'out', type: 'queue', direction: 'out' as const, queueName };
    return createFunctionBindings({ ...context, bindings: [output] }, new Map([['queue', async () => queueBinding]]));
  }

  test('creates the queue and sends one message for each element', async () => {
    const { writeOutputs } = await bindings('Results-{kind}');
    const data = { json: '["a",{"b":1}]' };
    await writeOutputs({ outputData: [{ name: 'out', data }] }, { kind: 'x' });
    const { peekedMessageItems } = await service.getQueueClient('results-x').peekMessages({ numberOfMessages: 9 });
    expect(peekedMessageItems.map(({ messageText }) => messageText)).toEqual([base64('a'), base64('{"b":1}')]);
  });

  test('writes nothing when the function set nothing', async () => {
    const { writeOutputs } = await bindings('nothing');
    await writeOutputs({ outputData: [{ name: 'out', data: { json: 'null' } }] }, {});
    await writeOutputs({}, {});
    expect(await service.getQueueClient('nothing').exists()).toBe(false);
  });

  test('rejects a name that cannot be resolved', async () => {
    const { writeOutputs } = await bindings('{missing}');
    const response = { outputData: [{ name: 'out', data: { string: 'x' } }] };
    await expect(writeOutputs(response, {})).rejects.toThrow("No value for named parameter 'missing'.");
  });
});

test('createFunctionBindings() names a type that is not offered', async () => {
  const { context } = trigger('unused');
  const bindings = [{ name: 'x', type: 'sql', direction: 'in' as const }];
  const scope = { ...context, random: seededRandomness(1), bindings };
  await expect(createFunctionBindings(scope, new Map())).rejects.toThrow(
    "The input binding 'x' of type 'sql' needs Azure SQL, which is not emulated",
  );
});
