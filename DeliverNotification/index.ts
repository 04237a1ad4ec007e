import { app, output } from '@azure/functions';
import { notificationService } from '../shared/composition/notification-service.ts';
import { QUEUES } from '../shared/settings/queues.ts';
import { deliverNotificationHandler } from './handler.ts';

const service = notificationService();
const queue = { queueName: QUEUES.wakeups.name, connection: 'AzureWebJobsStorage' };

if (service)
  app.storageQueue('DeliverNotification', {
    ...queue,
    return: output.storageQueue(queue),
    handler: deliverNotificationHandler(service),
  });
