import { app } from '@azure/functions';
import { ROUTES } from '../../../shared/graph-http/routes.ts';
import { graphService } from '../../app/graph-service.ts';
import { openApiHandler } from './handler.ts';

const { ports } = graphService();

app.http('OpenApi', {
  methods: [ROUTES.OpenApi.method],
  authLevel: 'anonymous', // what is described here is no secret
  route: `beta/${ROUTES.OpenApi.route}`,
  handler: openApiHandler(ports),
});
