import { app } from '@azure/functions';
import { graphService } from '../../app/graph-service.ts';
import { healthHandler } from './handler.ts';

const { ports } = graphService();

app.http('Health', {
  methods: ['GET', 'HEAD'], // load balancers ask with either
  authLevel: 'anonymous', // says nothing that a refused connection does not
  route: 'beta/health',
  handler: healthHandler(ports),
});
