import { app } from '@azure/functions';

app.http('hello', { methods: ['GET'], authLevel: 'anonymous', handler: () => ({ body: 'Hello' }) });
