// The least that an app can do to answer a GET out of Cosmos DB. The account's endpoint is the script's last argument.
const { CosmosClient } = require('@azure/cosmos');
const { app } = require('@azure/functions');

const CHAT = '19:bench@thread.v2';
const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const client = new CosmosClient({ endpoint: process.argv.at(-1), key: KEY });
const container = client.database('teams').container('operations');
const created = container.items.create({ id: 'one', chatId: CHAT });

app.get('read', {
  handler: async () => {
    await created;
    const { resource } = await container.item('one', CHAT).read();
    return { jsonBody: resource };
  },
});
