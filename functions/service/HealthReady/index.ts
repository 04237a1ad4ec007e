import { app } from '@azure/functions';
import { graphService } from '../../app/graph-service.ts';
import { healthReadyHandler } from './handler.ts';

const { ports, store } = graphService();

app.http('HealthReady', {
  methods: ['GET', 'HEAD'], // load balancers ask with either
  authLevel: 'function', // every call costs a request unit
  route: 'beta/health/ready',
  handler: healthReadyHandler({ ...ports, store }),
});
