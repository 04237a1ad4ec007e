// An app with one function of each kind of trigger, for the tests of worlds.
const { CosmosClient } = require('@azure/cosmos');
const { app, output } = require('@azure/functions');

// As most apps do: one client for the lifetime of the process.
const client = new CosmosClient(process.env.COSMOS);
const container = client.database('shop').container('orders');
const ready = client.databases
  .createIfNotExists({ id: 'shop' })
  .then(({ database }) => database.containers.createIfNotExists({ id: 'orders', partitionKey: '/pk', defaultTtl: -1 }));

app.http('orders', {
  methods: ['GET', 'POST'],
  handler: async (request, context) => {
    await ready;
    if (request.method === 'GET') {
      const { resources } = await container.items.query('SELECT * FROM c ORDER BY c.id').fetchAll();
      return { jsonBody: resources.map(({ id, at }) => ({ id, at })) };
    }
    const { resource } = await container.items.create({
      pk: 'p',
      ...(await request.json()),
      at: new Date().toISOString(),
    });
    context.log(`created ${resource.id}`);
    return { status: 201, jsonBody: { id: resource.id } };
  },
});

app.timer('daily', {
  schedule: '0 0 3 * * *',
  handler: async (_timer, context) => context.log(`ran at ${new Date().toISOString()}`),
});

const shipped = output.storageQueue({ queueName: 'shipped', connection: 'AzureWebJobsStorage' });

app.storageQueue('ship', {
  queueName: 'to-ship',
  connection: 'AzureWebJobsStorage',
  return: shipped,
  handler: async (message) => {
    if (message.fails) throw new Error('It cannot be shipped');
    return { id: message.id, shipped: true };
  },
});

app.storageBlob('read', {
  path: 'incoming/{name}',
  connection: 'AzureWebJobsStorage',
  handler: async (blob, context) => context.log(`read ${context.triggerMetadata.name}: ${blob.toString()}`),
});

app.cosmosDB('follow', {
  connection: 'COSMOS',
  databaseName: 'shop',
  containerName: 'orders',
  leaseContainerName: 'leases',
  createLeaseContainerIfNotExists: true,
  handler: async (orders, context) => context.log(`followed ${orders.map(({ id }) => id).join(' ')}`),
});
