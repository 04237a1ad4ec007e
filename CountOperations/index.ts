import { app } from '@azure/functions';
import { graphService } from '../functions/app/graph-service.ts';

app.http('CountOperations', {
  methods: ['GET'],
  authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
  route: 'beta/chats/{chatsId}/operations/$count',
  handler: graphService().handlers.count.GET,
});
