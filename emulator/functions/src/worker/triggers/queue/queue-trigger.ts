import { Section } from '../../../config/config-reader.ts';
import { isDevelopmentStorage, NO_RETRIES, storageConnectionString } from '../../../config/storage-connection.ts';
import { bindingError } from '../../bindings/binding-error.ts';
import { openQueue } from '../../bindings/queue/queue-client.ts';
import { onceUsed } from '../start-when-storage-is-used.ts';
import type { TriggerContext, TriggerListener } from '../trigger.ts';
import { QueueListener } from './queue-listener.ts';

/** queueTrigger: `queueName`, `connection`; host.json `extensions.queues`. */
export async function createQueueTrigger(context: TriggerContext): Promise<TriggerListener> {
  const { env, settings, storage } = context;
  const binding = new Section({ ...context.binding }, bindingError(context));
  const queueName = binding.text('queueName')?.toLowerCase();
  if (!queueName) throw binding.fail('queueName', 'is required');
  const connection = binding.text('connection');
  const isLocal = isDevelopmentStorage(storageConnectionString(connection, env), env);
  return onceUsed(storage, isLocal, async () => {
    const queue = await openQueue({ connection, queueName }, env);
    const poisonQueue = await openQueue({ connection, queueName: `${queueName}-poison` }, env);
    const onChange = (listener: () => void) => (isLocal ? storage.subscribe(`queue/${queueName}`, listener) : noChange);
    const source = await openQueue({ connection, queueName }, env, NO_RETRIES);
    return new QueueListener({ ...context, source, queue, poisonQueue, onChange, queues: settings.queues });
  });
}

/** Of storage elsewhere nobody tells what happens. */
function noChange(): void {}
