import { app, output } from '@azure/functions';
import { QUEUES } from '../../../shared/settings/queues.ts';
import { theApp } from '../../app/the-app.ts';
import { deliverNotificationHandler } from './handler.ts';

const { notifications } = theApp();
const queue = { queueName: QUEUES.wakeups.name, connection: 'AzureWebJobsStorage' };

if (notifications)
  app.storageQueue('DeliverNotification', {
    ...queue,
    return: output.storageQueue(queue),
    handler: deliverNotificationHandler(notifications),
  });
