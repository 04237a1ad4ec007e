// One process that creates items through the @azure/cosmos SDK as fast as it can. Prints creates per second.
import { readFile } from 'node:fs/promises';
import { CosmosClient } from '@azure/cosmos';

const [endpoint = '', connections = '32', seconds = '5', exampleFile = ''] = process.argv.slice(2);
const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const WARM_UP_CREATES = 1_000;
const example = JSON.parse(await readFile(exampleFile, 'utf8')) as object; // a JSON object of ours
const client = new CosmosClient({ endpoint, key: KEY });
const { items } = client.database('teams').container('operations');

let created = 0;
await createUntil(() => created >= WARM_UP_CREATES);
created = 0;
const startedAt = performance.now();
const end = startedAt + Number(seconds) * 1_000;
await createUntil(() => performance.now() >= end);
const perSecond = created / ((performance.now() - startedAt) / 1_000);
process.stdout.write(`${JSON.stringify({ perSecond })}\n`);
client.dispose();

async function createUntil(isOver: () => boolean): Promise<void> {
  async function keepCreating(): Promise<void> {
    while (!isOver()) {
      await items.create({ ...example, id: crypto.randomUUID(), chatId: '19:bench@thread.v2' });
      created += 1;
    }
  }
  await Promise.all(Array.from({ length: Number(connections) }, keepCreating));
}
