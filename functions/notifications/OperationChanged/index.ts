import { app, type InvocationContext, output } from '@azure/functions';
import { withRedactedErrors } from '../../../shared/composition/create-app.ts';
import { theApp } from '../../../shared/composition/the-app.ts';
import { CONTAINERS } from '../../../shared/persistence/containers.ts';
import { QUEUES } from '../../../shared/settings/queues.ts';
import { operationChangedHandler } from './handler.ts';

const { notifications } = theApp();
const connection = 'AzureWebJobsStorage';
const wakeUps = output.storageQueue({ queueName: QUEUES.wakeups.name, connection });
const changes = output.storageQueue({ queueName: QUEUES.changes.name, connection });

if (notifications) {
  const handle = operationChangedHandler(notifications);
  app.cosmosDB('OperationChanged', {
    connection: 'COSMOS_CONNECTION',
    databaseName: notifications.database,
    containerName: CONTAINERS.operations.id,
    leaseContainerName: CONTAINERS.leases.id,
    createLeaseContainerIfNotExists: notifications.createIfMissing,
    startFromBeginning: true, // what happened before there was a lease is not lost; nothing is harmed by what is old
    maxItemsPerInvocation: 500,
    feedPollDelay: 1_000, // ms
    // Without it the trigger would pass over a batch that failed, and subscriptions would not be notified for what is in it.
    retry: {
      strategy: 'exponentialBackoff',
      maxRetryCount: -1,
      minimumInterval: { seconds: 1 },
      maximumInterval: { seconds: 30 }, // a queue that was down is soon noticed to be back
    },
    extraOutputs: notifications.hook ? [wakeUps, changes] : [wakeUps],
    handler: withRedactedErrors(async (items: unknown[], context: InvocationContext) => {
      const messages = await handle(items, context);
      context.extraOutputs.set(wakeUps, messages.wakeUps);
      if (notifications.hook) context.extraOutputs.set(changes, messages.changes);
    }),
  });
}
