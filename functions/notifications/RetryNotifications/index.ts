import { app, output } from '@azure/functions';
import { withRedactedErrors } from '../../../shared/composition/create-app.ts';
import { theApp } from '../../../shared/composition/the-app.ts';
import { QUEUES } from '../../../shared/settings/queues.ts';
import { retryNotificationsHandler } from './handler.ts';

const { notifications } = theApp();

if (notifications)
  app.timer('RetryNotifications', {
    schedule: '*/5 * * * * *', // every five seconds
    useMonitor: false, // a turn that was missed needs no catching up: the next one does what is due
    return: output.storageQueue({ queueName: QUEUES.wakeups.name, connection: 'AzureWebJobsStorage' }),
    handler: withRedactedErrors(retryNotificationsHandler(notifications)),
  });
