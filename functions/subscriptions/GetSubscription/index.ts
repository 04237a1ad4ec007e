import { app } from '@azure/functions';
import { ROUTES } from '../../../shared/graph-http/routes.ts';
import { graphService } from '../../app/graph-service.ts';

const { subscriptions } = graphService();

if (subscriptions)
  app.http('GetSubscription', {
    methods: [ROUTES.GetSubscription.method],
    authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
    route: `beta/${ROUTES.GetSubscription.route}`,
    handler: subscriptions.subscription.GET,
  });
