import { app, output } from '@azure/functions';
import { withRedactedErrors } from '../../../shared/composition/create-app.ts';
import { theApp } from '../../../shared/composition/the-app.ts';
import { QUEUES } from '../../../shared/settings/queues.ts';
import { deliverNotificationHandler } from './handler.ts';

const { notifications } = theApp();
const queue = { queueName: QUEUES.wakeups.name, connection: 'AzureWebJobsStorage' };

if (notifications)
  app.storageQueue('DeliverNotification', {
    ...queue,
    return: output.storageQueue(queue),
    handler: withRedactedErrors(deliverNotificationHandler(notifications)),
  });
