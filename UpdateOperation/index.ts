import { app } from '@azure/functions';
import { graphService } from '../functions/app/graph-service.ts';

app.http('UpdateOperation', {
  methods: ['PATCH'],
  authLevel: 'anonymous', // the handler verifies bearer tokens; function keys are not Graph's way
  route: 'beta/chats/{chatsId}/operations/{operationId}',
  handler: graphService().handlers.operation.PATCH,
});
