import { app } from '@azure/functions';
import { graphService } from '../functions/app/graph-service.ts';

app.http('CreateOperation', {
  methods: ['POST'],
  authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
  route: 'beta/chats/{chatsId}/operations',
  handler: graphService().handlers.operations.POST,
});
