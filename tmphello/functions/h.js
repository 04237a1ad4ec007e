const { app } = require('@azure/functions');
app.http('hello', { methods: ['GET'], handler: async () => ({ body: 'Hello, world!' }) });
