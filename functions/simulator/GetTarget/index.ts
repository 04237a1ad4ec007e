import { app } from '@azure/functions';
import { graphService } from '../../app/graph-service.ts';

const { target } = graphService();

if (target)
  app.http('GetTarget', {
    methods: ['GET'],
    authLevel: 'anonymous', // the handler verifies bearer tokens
    route: 'beta/chats/{chatsId}',
    handler: target,
  });
