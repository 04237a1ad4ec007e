import { app, output } from '@azure/functions';
import { QUEUES } from '../../../shared/settings/queues.ts';
import { notificationService } from '../../app/notification-service.ts';
import { deliverNotificationHandler } from './handler.ts';

const service = notificationService();
const queue = { queueName: QUEUES.wakeups.name, connection: 'AzureWebJobsStorage' };

if (service)
  app.storageQueue('DeliverNotification', {
    ...queue,
    return: output.storageQueue(queue),
    handler: deliverNotificationHandler(service),
  });
