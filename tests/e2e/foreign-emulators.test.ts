import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueClient } from '@azure/storage-queue';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Storage, startStorage } from '@lazurite/storage';
import { type Stack, type StackOptions, startStack } from 'lazurite';

const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const COSMOS = `AccountEndpoint=https://localhost:8081/;AccountKey=${KEY};`;
const FUNCTIONS = {
  settings: {
    bindings: [
      { type: 'httpTrigger', direction: 'in', name: 'request', authLevel: 'anonymous' },
      { type: 'http', direction: 'out', name: '$return' },
    ],
    code: 'module.exports = async () => ({ body: { storage: process.env.AzureWebJobsStorage, cosmos: process.env.COSMOS } });',
  },
  work: {
    bindings: [
      { type: 'queueTrigger', direction: 'in', name: 'item', queueName: 'work', connection: 'AzureWebJobsStorage' },
    ],
    code: "module.exports = async (context, item) => context.log('received ' + item);",
  },
};

let folder = '';
let azurite: Storage;
let cosmos: Server;
let stack: Stack | undefined;
let lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-foreign-'));
  await writeFile(join(folder, 'host.json'), JSON.stringify({ version: '2.0' }));
  await writeFile(
    join(folder, 'local.settings.json'),
    JSON.stringify({ Values: { AzureWebJobsStorage: 'UseDevelopmentStorage=true', COSMOS } }),
  );
  for (const [name, { bindings, code }] of Object.entries(FUNCTIONS)) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'function.json'), JSON.stringify({ bindings }));
    await writeFile(join(folder, name, 'index.js'), code);
  }
  azurite = await startStorage({ dataDir: join(folder, 'azurite'), log: silentLog });
  // As the emulators of Microsoft respond to a request for their account.
  const account = JSON.stringify({ id: 'localhost', writableLocations: [] });
  cosmos = createServer((_request, response) => response.end(account)).listen(0, '127.0.0.1');
  await once(cosmos, 'listening');
});

afterEach(async () => {
  await stack?.close();
  lines = [];
});

afterAll(async () => {
  await azurite.close();
  cosmos.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Partial<StackOptions>): Promise<Record<string, string>> {
  stack = await startStack({
    scriptRoot: folder,
    env: {},
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
    onEvent: (event) => {
      if (event.type === 'console') lines.push(event.line);
      if (event.type === 'log') lines.push(event.message);
    },
    ...options,
  });
  return (await stack.functions.fetch('/api/settings')).json() as Promise<Record<string, string>>;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

test("A developer's own Azurite and Cosmos DB emulator are used in place of Lazurite's, and the start says so", async () => {
  const blobPort = portOf(azurite.blobEndpoint);
  const cosmosPort = (cosmos.address() as AddressInfo).port;
  const seen = await start({ storagePort: { preferred: blobPort }, cosmosPort: { preferred: cosmosPort } });
  expect(seen.storage).toContain(`BlobEndpoint=http://127.0.0.1:${blobPort}/`);
  expect(seen.cosmos).toBe(COSMOS);
  expect(lines).toContain(`Using the Azurite on 127.0.0.1:${blobPort}`);
  expect(lines).toContain(`Using the Cosmos DB emulator on 127.0.0.1:${cosmosPort}`);
});

test('A second Lazurite has ports of its own, and says those of its storage', async () => {
  await start({});
  const first = stack;
  const seen = await start({
    storagePort: { preferred: first?.storage.ports[0] ?? 0 },
    cosmosPort: { preferred: portOf(first?.cosmos.endpoint ?? '') },
  });
  const [blob, queue, table] = stack?.storage.ports ?? [];
  expect(seen.storage).toContain(`BlobEndpoint=http://127.0.0.1:${blob}/`);
  expect(blob).not.toBe(first?.storage.ports[0]);
  expect(lines).toContainEqual(expect.stringContaining(`Storage is on the ports ${blob}, ${queue}, ${table}: `));
  expect(seen.cosmos).toContain(stack?.cosmos.endpoint);
  await first?.close();
});

test.each(['environment', 'settings file'])(
  'LAZURITE_STORAGE_CONNECTION_STRING in the %s names the storage that triggers read',
  async (place) => {
    const { connectionString } = azurite;
    const settingsFile = join(folder, 'other.settings.json');
    const values = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
    const named = { LAZURITE_STORAGE_CONNECTION_STRING: connectionString };
    const inFile = place === 'settings file';
    await writeFile(settingsFile, JSON.stringify({ Values: { ...values, ...(inFile && named) } }));
    const queue = new QueueClient(connectionString, 'work');
    await queue.createIfNotExists();
    await queue.sendMessage(Buffer.from(place).toString('base64'));
    const seen = await start({ host: { settingsFile }, env: inFile ? {} : named });
    expect(seen.storage).toBe(connectionString);
    expect(lines).toContain('Using the storage that LAZURITE_STORAGE_CONNECTION_STRING names');
    while (!lines.includes(`received ${place}`)) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stack?.storage.isForeign).toBe(true);
  },
);
