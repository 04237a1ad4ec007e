import { app, output } from '@azure/functions';
import { withRedactedErrors } from '../../../shared/composition/create-app.ts';
import { theApp } from '../../../shared/composition/the-app.ts';
import { QUEUES } from '../../../shared/settings/queues.ts';
import { maintainSubscriptionsHandler } from './handler.ts';

const { notifications } = theApp();

if (notifications)
  app.timer('MaintainSubscriptions', {
    schedule: '30 * * * * *', // every minute
    useMonitor: false, // a turn that was missed needs no catching up: the next one does what is due
    return: output.storageQueue({ queueName: QUEUES.wakeups.name, connection: 'AzureWebJobsStorage' }),
    handler: withRedactedErrors(maintainSubscriptionsHandler(notifications)),
  });
