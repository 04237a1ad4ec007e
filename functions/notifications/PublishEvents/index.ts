import { app, output } from '@azure/functions';
import { withRedactedErrors } from '../../../shared/composition/create-app.ts';
import { theApp } from '../../../shared/composition/the-app.ts';
import { CONTAINERS } from '../../../shared/persistence/containers.ts';
import { publishEventsHandler } from './handler.ts';

const { notifications } = theApp();

if (notifications?.eventGrid)
  app.cosmosDB('PublishEvents', {
    connection: 'COSMOS_CONNECTION',
    databaseName: notifications.database,
    containerName: CONTAINERS.operations.id,
    leaseContainerName: CONTAINERS.leases.id,
    // Reads the changes at its own pace: a topic that is down holds up nobody else.
    leaseContainerPrefix: 'events',
    createLeaseContainerIfNotExists: notifications.createIfMissing,
    maxItemsPerInvocation: 100,
    retry: {
      strategy: 'exponentialBackoff',
      maxRetryCount: -1,
      minimumInterval: { seconds: 1 },
      maximumInterval: { minutes: 5 },
    },
    return: output.eventGrid(notifications.eventGrid),
    handler: withRedactedErrors(publishEventsHandler(notifications)),
  });
