import { app } from '@azure/functions';
import { graphService } from '../shared/composition/graph-service.ts';
import { ROUTES } from '../shared/odata/routes.ts';
import { metadataHandler } from './handler.ts';

const { ports } = graphService();

app.http('Metadata', {
  methods: [ROUTES.Metadata.method],
  authLevel: 'anonymous', // what is described here is no secret
  route: `beta/${ROUTES.Metadata.route}`,
  handler: metadataHandler(ports),
});
