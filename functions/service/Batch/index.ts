import { app } from '@azure/functions';
import { ROUTES } from '../../../shared/graph-http/routes.ts';
import { graphService } from '../../app/graph-service.ts';
import { batchHandler } from './handler.ts';

const { ports, dispatch } = graphService();

app.http('Batch', {
  methods: [ROUTES.Batch.method],
  authLevel: 'anonymous', // the handler verifies bearer tokens
  route: `beta/${ROUTES.Batch.route}`,
  handler: batchHandler({ ...ports, dispatch }),
});
