import { app } from '@azure/functions';
import { QUEUES } from '../../../shared/settings/queues.ts';
import { parseOperationChange } from '../../../shared/validation/queue-messages.ts';
import { notificationService } from '../../app/notification-service.ts';
import { operationHook } from './handler.ts';

if (notificationService()?.hook)
  app.storageQueue('OperationHook', {
    queueName: QUEUES.changes.name,
    connection: 'AzureWebJobsStorage',
    handler: (message, context) => operationHook(parseOperationChange(message), context),
  });
