import { app } from '@azure/functions';
import { graphService } from '../shared/composition/graph-service.ts';
import { ROUTES } from '../shared/odata/routes.ts';

const { subscriptions } = graphService();

if (subscriptions)
  app.http('ReauthorizeSubscription', {
    methods: [ROUTES.ReauthorizeSubscription.method],
    authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
    route: `beta/${ROUTES.ReauthorizeSubscription.route}`,
    handler: subscriptions.reauthorize.POST,
  });
