import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ContainerRequest, CosmosClient } from '@azure/cosmos';
import { WELL_KNOWN_KEY } from '@lazurite/cosmos';
import { Shutdown, silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Stack, startStack } from 'lazurite';
import { CONTAINERS } from '../../shared/persistence/containers.ts';
import { CHAT_ID, EXAMPLE, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { openApp, repositoryRoot } from '../support/stack.ts';

let running: Shutdown;
let folder: string;
let messages: string[];
let onReceived: (() => void) | undefined;

beforeEach(async () => {
  running = new Shutdown();
  folder = await mkdtemp(join(tmpdir(), 'lazurite-identity-'));
  messages = [];
  onReceived = undefined;
});

afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

interface Options {
  /** Default: the function app of this repository. */
  readonly scriptRoot?: string;
  readonly role: 'contributor' | 'reader';
  /** Of the app, once the port of Cosmos DB is known. */
  env(cosmosEndpoint: string): Record<string, string>;
}

async function start({ scriptRoot, role, env }: Options): Promise<Stack> {
  const cosmosPort = await freePort();
  const settings = { ...process.env, ...env(`https://localhost:${cosmosPort}/`) };
  const app = scriptRoot === undefined ? await openApp(settings) : { scriptRoot, env: settings };
  return running.add(
    await startStack({
      ...app,
      dataDir: folder,
      cosmosPort,
      managedIdentity: role,
      onEvent: (event) => {
        if (event.type === 'log') messages.push(event.message);
        onReceived?.();
      },
      clock: systemClock,
      randomness: systemRandomness,
      log: silentLog,
    }),
  );
}

/** The app as it is deployed: by identity, with what it needs provisioned by others. */
async function startApp(role: Options['role'], settings: Record<string, string> = {}): Promise<Stack> {
  const stack = await start({
    role,
    env: (endpoint) => ({
      COSMOS_CONNECTION: '',
      COSMOS_CONNECTION__accountEndpoint: endpoint,
      COSMOS_CREATE_IF_MISSING: 'false',
      LRO_LAB: 'off',
      PAGING_KEY: 'p'.repeat(32),
      ...settings,
    }),
  });
  await provision(stack, 'teams', Object.values(CONTAINERS));
  return stack;
}

/** With the account's key, as the control plane does with rights of its own. */
async function provision({ cosmos }: Stack, id: string, containers: readonly ContainerRequest[]): Promise<void> {
  // The server presents its own certificate; who trusts it is what the app's part of the test is about.
  const agent = new Agent({ rejectUnauthorized: false });
  const client = new CosmosClient({ endpoint: cosmos.endpoint, key: WELL_KNOWN_KEY, agent });
  const { database } = await client.databases.createIfNotExists({ id });
  for (const container of containers) await database.containers.createIfNotExists({ ...container });
  client.dispose();
  agent.destroy();
}

async function create(stack: Stack): Promise<Response> {
  const headers = { ...JSON_TYPE, authorization: `Bearer ${await stack.issuer.mint()}` };
  const url = `${stack.functions.url}/beta${operationsPath(CHAT_ID)}`;
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(EXAMPLE) });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

/** Resolves when a message, past or to come, includes `text`. */
function logged(text: string): Promise<void> {
  return new Promise((resolve) => {
    onReceived = () => messages.some((message) => message.includes(text)) && resolve();
    onReceived();
  });
}

test.each([
  ['that DefaultAzureCredential finds', {}],
  ['that Azure gives it', { COSMOS_CONNECTION__credential: 'managedidentity', COSMOS_CONNECTION__clientId: 'mine' }],
])('The app stores operations over TLS by the identity %s', async (_, settings) => {
  const stack = await startApp('contributor', settings);
  expect((await create(stack)).status).toBe(201);
});

test('An identity that may only read cannot store operations', async () => {
  const stack = await startApp('reader');
  expect((await create(stack)).status).toBe(500);
  await logged('does not have required RBAC permissions');
});

test('Triggers and bindings take a connection by identity', async () => {
  const stack = await start({
    scriptRoot: resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures/v4-cosmos-identity'),
    role: 'contributor',
    env: (endpoint) => ({ Db__accountEndpoint: endpoint, Db__credential: 'managedidentity' }),
  });
  await provision(stack, 'shop', [
    { id: 'orders', partitionKey: { paths: ['/pk'] } },
    { id: 'leases', partitionKey: { paths: ['/id'] } },
  ]);
  const answer = await fetch(`${stack.functions.url}/api/order`, { method: 'POST', body: '{"id":"1","pk":"p"}' });
  expect(answer.status).toBe(201);
  await logged('order 1 by identity');
});
