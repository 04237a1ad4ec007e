import { app, type InvocationContext } from '@azure/functions';
import { withRedactedErrors } from '../../../shared/composition/create-app.ts';
import { theApp } from '../../../shared/composition/the-app.ts';
import { QUEUES } from '../../../shared/settings/queues.ts';
import { parseOperationChange } from '../../../shared/validation/queue-messages.ts';
import { operationHook } from './handler.ts';

if (theApp().notifications?.hook)
  app.storageQueue('OperationHook', {
    queueName: QUEUES.changes.name,
    connection: 'AzureWebJobsStorage',
    handler: withRedactedErrors((message: unknown, context: InvocationContext) =>
      operationHook(parseOperationChange(message), context),
    ),
  });
