import { app } from '@azure/functions';
import { ROUTES } from '../../../shared/graph-http/routes.ts';
import { graphService } from '../../app/graph-service.ts';

const { subscriptions } = graphService();

if (subscriptions)
  app.http('DeleteSubscription', {
    methods: [ROUTES.DeleteSubscription.method],
    authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
    route: `beta/${ROUTES.DeleteSubscription.route}`,
    handler: subscriptions.subscription.DELETE,
  });
