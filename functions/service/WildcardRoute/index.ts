import { app } from '@azure/functions';
import { graphService } from '../../app/graph-service.ts';

// Routes are tried in the order in which functions are registered, which is that of their names: this one comes last.
app.http('WildcardRoute', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'anonymous', // the handlers verify bearer tokens
  route: '{*path}',
  handler: graphService().dispatch,
});
