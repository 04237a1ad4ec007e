import { app } from '@azure/functions';
import { ROUTES } from '../../../shared/graph-http/routes.ts';
import { graphService } from '../../app/graph-service.ts';
import { metadataHandler } from './handler.ts';

const { ports } = graphService();

app.http('Metadata', {
  methods: [ROUTES.Metadata.method],
  authLevel: 'anonymous', // what is described here is no secret
  route: `beta/${ROUTES.Metadata.route}`,
  handler: metadataHandler(ports),
});
