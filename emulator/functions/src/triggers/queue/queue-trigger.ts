import { openQueue } from '../../bindings/queue/queue-client.ts';
import { Section } from '../../config/section.ts';
import { bindingError } from '../binding-error.ts';
import type { TriggerContext, TriggerListener } from '../trigger.ts';
import { QueueListener } from './queue-listener.ts';

/** queueTrigger: `queueName`, `connection`; host.json `extensions.queues`. */
export async function createQueueTrigger(context: TriggerContext): Promise<TriggerListener> {
  const binding = new Section({ ...context.binding }, bindingError(context));
  const queueName = binding.text('queueName')?.toLowerCase();
  if (!queueName) throw binding.fail('queueName', 'is required');
  const connection = binding.text('connection');
  const queue = await openQueue({ connection, queueName }, context.env);
  const poisonQueue = await openQueue({ connection, queueName: `${queueName}-poison` }, context.env);
  return new QueueListener({ ...context, queue, poisonQueue, queues: context.settings.queues });
}
