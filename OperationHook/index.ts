import { app } from '@azure/functions';
import { notificationService } from '../shared/composition/notification-service.ts';
import { QUEUES } from '../shared/settings/queues.ts';
import { parseOperationChange } from '../shared/validation/operation-change.ts';
import { operationHook } from './handler.ts';

if (notificationService()?.hook)
  app.storageQueue('OperationHook', {
    queueName: QUEUES.changes.name,
    connection: 'AzureWebJobsStorage',
    handler: (message, context) => operationHook(parseOperationChange(message), context),
  });
