const { app, output } = require('@azure/functions');

const queue = { queueName: 'soak', connection: 'AzureWebJobsStorage' };
const items = { connection: 'Db', databaseName: 'soak', containerName: 'items' };
const toQueue = output.storageQueue(queue);
const toItems = output.cosmosDB({ ...items, createIfNotExists: true, partitionKey: '/id' });

// Each request is passed on both ways: what it was given a 201 for, a queue and a Cosmos DB trigger each see once.
app.http('send', {
  methods: ['POST'],
  extraOutputs: [toQueue, toItems],
  handler: async (request, context) => {
    const { n } = await request.json();
    context.extraOutputs.set(toQueue, { n });
    context.extraOutputs.set(toItems, { id: String(n) });
    return { status: 201 };
  },
});

app.storageQueue('onQueue', { ...queue, handler: ({ n }, context) => context.log(`ran queue ${n}`) });

app.cosmosDB('onItems', {
  ...items,
  createLeaseContainerIfNotExists: true,
  startFromBeginning: true,
  handler: (changed, context) => {
    for (const { id } of changed) context.log(`ran cosmos ${id}`);
  },
});

// Numbered by the time it is due, a multiple of two seconds: it may be late by less than that, and early by a little.
app.timer('onTime', {
  schedule: '*/2 * * * * *',
  handler: (_, context) => context.log(`ran timer ${Math.floor((Date.now() + 50) / 2_000)}`),
});
