import { app } from '@azure/functions';

app.http('greet', {
  methods: ['GET'],
  route: 'greet/{name}',
  authLevel: 'anonymous',
  handler: (request, context) => {
    context.log(`Greeting ${request.params.name}`);
    return { body: `${process.env.GREETING ?? 'Hello'}, ${request.params.name}!` };
  },
});
