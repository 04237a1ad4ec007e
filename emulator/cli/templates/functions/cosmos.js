import { app, output } from '@azure/functions';

const items = { connection: 'COSMOS_CONNECTION', databaseName: 'app', containerName: 'items' };
const addedItem = output.cosmosDB({ ...items, createIfNotExists: true, partitionKey: '/id' });

// Called for the items that were created or changed. The first item that is added creates the container.
app.cosmosDB('FUNCTION_NAME', {
  ...items,
  createLeaseContainerIfNotExists: true,
  handler: (documents, context) => {
    context.log('Items have changed:', documents);
  },
});

app.post('FUNCTION_NAMEAdd', {
  route: 'items',
  authLevel: 'anonymous',
  extraOutputs: [addedItem],
  handler: async (request, context) => {
    context.extraOutputs.set(addedItem, await request.json());
    return { status: 201 };
  },
});
