import { app } from '@azure/functions';

app.http('FUNCTION_NAME', {
  methods: ['GET', 'POST'],
  authLevel: 'AUTH_LEVEL',
  handler: async (request, context) => {
    context.log(`${request.method} ${request.url}`);
    const name = request.query.get('name') || (await request.text()) || 'world';
    return { body: `Hello, ${name}!` };
  },
});
