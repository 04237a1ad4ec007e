import type { BindingDeclaration, BindingKind, OutputBinding } from '../binding.ts';
import { compileBindingTemplate } from '../binding-expression.ts';
import { readBinding } from '../binding-reader.ts';
import { toOutputItems } from '../output-items.ts';
import { encodeMessage, openQueue, sendCreating } from './queue-client.ts';

/** `queue` output: one message for each item; the queue is created when it is missing. */
export const queueBinding: BindingKind = { output: createQueueOutput };

async function createQueueOutput(declaration: BindingDeclaration): Promise<OutputBinding> {
  const binding = readBinding(declaration);
  const name = binding.text('queueName');
  if (!name) throw binding.fail('queueName', 'is required');
  const queueName = compileBindingTemplate(name);
  const connection = binding.text('connection');
  const { messageEncoding } = declaration.settings.queues;
  return {
    async write(data, context) {
      const queue = await openQueue({ connection, queueName: queueName.bind(context) }, declaration.env);
      for (const item of toOutputItems(data)) await sendCreating(queue, encodeMessage(item, messageEncoding));
    },
  };
}
