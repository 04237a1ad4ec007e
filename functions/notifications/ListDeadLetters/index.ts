import { app } from '@azure/functions';
import { notificationService } from '../../app/notification-service.ts';
import { listDeadLettersHandler } from './handler.ts';

const service = notificationService();

if (service)
  app.http('ListDeadLetters', {
    methods: ['GET'],
    authLevel: 'function', // for who runs the service, and no part of Graph: dead letters outlive subscriptions and their owners
    route: 'beta/subscriptions/{subscriptionId}/deadLetters',
    handler: listDeadLettersHandler(service),
  });
