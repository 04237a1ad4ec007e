import { app } from '@azure/functions';
import { graphService } from '../shared/composition/graph-service.ts';
import { ROUTES } from '../shared/odata/routes.ts';

const { subscriptions } = graphService();

if (subscriptions)
  app.http('DeleteSubscription', {
    methods: [ROUTES.DeleteSubscription.method],
    authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
    route: `beta/${ROUTES.DeleteSubscription.route}`,
    handler: subscriptions.subscription.DELETE,
  });
