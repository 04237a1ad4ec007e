import { app } from '@azure/functions';

app.storageQueue('FUNCTION_NAME', {
  queueName: 'messages',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => {
    context.log('A message has come:', message);
  },
});
