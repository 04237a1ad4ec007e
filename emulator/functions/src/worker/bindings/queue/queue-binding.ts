import { Section } from '../../../config/config-reader.ts';
import type { BindingKind, BindingScope, OutputBinding } from '../binding.ts';
import { bindingError } from '../binding-error.ts';
import { compileBindingTemplate } from '../binding-expression.ts';
import { toOutputItems } from '../output-items.ts';
import { encodeMessage, openQueue, sendCreating } from './queue-client.ts';

/** `queue` output: one message for each item; the queue is created when it is missing. */
export const queueBinding: BindingKind = { output: createQueueOutput };

async function createQueueOutput(scope: BindingScope): Promise<OutputBinding> {
  const binding = new Section({ ...scope.binding }, bindingError(scope));
  const name = binding.text('queueName');
  if (!name) throw binding.fail('queueName', 'is required');
  const queueName = compileBindingTemplate(name);
  const connection = binding.text('connection');
  const { messageEncoding } = scope.settings.queues;
  return {
    async write(data, context) {
      const queue = await openQueue({ connection, queueName: queueName.bind(context) }, scope.env);
      for (const item of toOutputItems(data)) await sendCreating(queue, encodeMessage(item, messageEncoding));
    },
  };
}
