import { NO_RETRIES, storageConnectionString } from '../../../config/connections.ts';
import { readBinding } from '../../bindings/binding-reader.ts';
import { openQueue } from '../../bindings/queue/queue-client.ts';
import { startWhenStorageIsUsed } from '../start-when-storage-is-used.ts';
import type { TriggerContext, TriggerListener } from '../trigger.ts';
import { QueueListener } from './queue-listener.ts';

/** queueTrigger: `queueName`, `connection`; host.json `extensions.queues`. */
export async function createQueueTrigger(context: TriggerContext): Promise<TriggerListener> {
  const { env, settings, storage, eventDriven, ...rest } = context;
  const binding = readBinding(context);
  const queueName = binding.text('queueName')?.toLowerCase();
  if (!queueName) throw binding.fail('queueName', 'is required');
  const connection = binding.text('connection');
  const isLocal = storage.reportsOf(storageConnectionString(connection, env));
  return startWhenStorageIsUsed(storage, isLocal, async () => {
    const queue = await openQueue({ connection, queueName }, env);
    const poisonQueue = await openQueue({ connection, queueName: `${queueName}-poison` }, env);
    const onChange = (listener: () => void) => (isLocal ? storage.subscribe(`queue/${queueName}`, listener) : noop);
    const source = await openQueue({ connection, queueName }, env, NO_RETRIES);
    return new QueueListener({
      ...rest,
      source,
      queue,
      poisonQueue,
      onChange,
      queues: settings.queues,
      ...(isLocal && eventDriven && { eventDriven }),
    });
  });
}

/** Only the local storage notifies of changes; other storage is polled. */
function noop(): void {}
