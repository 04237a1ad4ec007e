import { app } from '@azure/functions';
import { graphService } from '../shared/composition/graph-service.ts';
import { ROUTES } from '../shared/odata/routes.ts';
import { openApiHandler } from './handler.ts';

const { ports } = graphService();

app.http('OpenApi', {
  methods: [ROUTES.OpenApi.method],
  authLevel: 'anonymous', // what is described here is no secret
  route: `beta/${ROUTES.OpenApi.route}`,
  handler: openApiHandler(ports),
});
