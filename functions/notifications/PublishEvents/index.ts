import { app, output } from '@azure/functions';
import { CONTAINERS } from '../../../shared/persistence/containers.ts';
import { notificationService } from '../../app/notification-service.ts';
import { publishEventsHandler } from './handler.ts';

const service = notificationService();

if (service?.eventGrid)
  app.cosmosDB('PublishEvents', {
    connection: 'COSMOS_CONNECTION',
    databaseName: service.database,
    containerName: CONTAINERS.operations.id,
    leaseContainerName: CONTAINERS.leases.id,
    // Reads the changes at its own pace: a topic that is down holds up nobody else.
    leaseContainerPrefix: 'events',
    createLeaseContainerIfNotExists: service.createIfMissing,
    maxItemsPerInvocation: 100,
    retry: {
      strategy: 'exponentialBackoff',
      maxRetryCount: -1,
      minimumInterval: { seconds: 1 },
      maximumInterval: { minutes: 5 },
    },
    return: output.eventGrid(service.eventGrid),
    handler: publishEventsHandler(service),
  });
