// One process that creates items, or reads one (`read` as last argument), through the @azure/cosmos SDK as fast as it can.
// Prints how many per second, and the CPU time of each in microseconds.
import { readFile } from 'node:fs/promises';
import { CosmosClient } from '@azure/cosmos';

const [endpoint = '', connections = '32', seconds = '5', exampleFile = '', mode = 'create'] = process.argv.slice(2);
const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const CHAT = '19:bench@thread.v2';
const WARM_UP_CALLS = 1_000;
const example = JSON.parse(await readFile(exampleFile, 'utf8')) as object; // a JSON object of ours
const client = new CosmosClient({ endpoint, key: KEY });
const container = client.database('teams').container('operations');
const create = (id: string) => container.items.create({ ...example, id, chatId: CHAT });
const call = mode === 'read' ? () => container.item('one', CHAT).read() : () => create(crypto.randomUUID());

await create('one');
let calls = 0;
await callUntil(() => calls >= WARM_UP_CALLS);
calls = 0;
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const end = startedAt + Number(seconds) * 1_000;
await callUntil(() => performance.now() >= end);
const perSecond = calls / ((performance.now() - startedAt) / 1_000);
const { user, system } = process.cpuUsage(cpuBefore);
process.stdout.write(`${JSON.stringify({ perSecond, cpu: (user + system) / calls })}\n`);
client.dispose();

async function callUntil(isOver: () => boolean): Promise<void> {
  async function keepCalling(): Promise<void> {
    while (!isOver()) {
      await call();
      calls += 1;
    }
  }
  await Promise.all(Array.from({ length: Number(connections) }, keepCalling));
}
