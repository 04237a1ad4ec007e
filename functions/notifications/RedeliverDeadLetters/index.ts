import { app } from '@azure/functions';
import { notificationService } from '../../app/notification-service.ts';
import { redeliverDeadLettersHandler } from './handler.ts';

const service = notificationService();

if (service)
  app.http('RedeliverDeadLetters', {
    methods: ['POST'],
    authLevel: 'function', // for who runs the service, as the list of them is
    route: 'beta/subscriptions/{subscriptionId}/deadLetters/redeliver',
    handler: redeliverDeadLettersHandler(service),
  });
