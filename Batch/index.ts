import { app } from '@azure/functions';
import { graphService } from '../shared/composition/graph-service.ts';
import { ROUTES } from '../shared/odata/routes.ts';
import { batchHandler } from './handler.ts';

const { ports, dispatch } = graphService();

app.http('Batch', {
  methods: [ROUTES.Batch.method],
  authLevel: 'anonymous', // the handler verifies bearer tokens
  route: `beta/${ROUTES.Batch.route}`,
  handler: batchHandler({ ...ports, dispatch }),
});
