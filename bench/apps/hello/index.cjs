const { app } = require('@azure/functions');

app.get('hello', { handler: () => ({ body: 'Hello' }) });
// Blocks the event loop for up to 10 ms, as functions that compute do.
app.get('blocks', {
  handler: () => {
    const until = performance.now() + Math.random() * 10;
    while (performance.now() < until);
    return { body: 'done' };
  },
});
