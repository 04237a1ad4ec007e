import { app } from '@azure/functions';
import { graphService } from '../../app/graph-service.ts';

const { tryIt } = graphService();

if (tryIt)
  app.http('TryIt', {
    methods: ['GET'],
    authLevel: 'anonymous', // the page asks for the token that its requests carry
    route: 'beta/try/{file?}',
    handler: tryIt,
  });
