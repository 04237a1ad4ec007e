import { app } from '@azure/functions';

app.storageBlob('FUNCTION_NAME', {
  path: 'uploads/{name}',
  connection: 'AzureWebJobsStorage',
  handler: (content, context) => {
    context.log(`The blob ${context.triggerMetadata?.name} has been written: ${String(content).length} characters`);
  },
});
