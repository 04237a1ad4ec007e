import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { QueueClient } from '@azure/storage-queue';
import { startWatchedStack, type WatchedStack } from './request-way.ts';

/** The public key of every Cosmos DB emulator. */
const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const TENANT = '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11';

export interface RequestWays {
  /** A create, from the socket through the app and the database to the disk and back. */
  readonly create: readonly string[];
  /** A query in the database. */
  readonly query: readonly string[];
  /** A queue message, from the poll to its function. */
  readonly message: readonly string[];
}

/** The files that each request runs through. The program must have been built. */
export async function requestWays(root: string): Promise<RequestWays> {
  const app = await startWatchedStack(root, root);
  try {
    const create = await wayOfCreate(app);
    const query = await wayOfQuery(app);
    return { create, query, message: await wayOfMessage(root) };
  } finally {
    await app.close();
  }
}

async function wayOfCreate(stack: WatchedStack): Promise<readonly string[]> {
  const token = await mintToken(stack.issuerUrl);
  const create = async () => {
    const response = await fetch(`${stack.functionsUrl}/beta/chats/metrics/operations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
        operationType: 'createChat',
        status: 'inProgress',
        lastActionDateTime: '2026-01-01T00:00:00Z',
        attemptsCount: 1,
      }),
    });
    if (response.status !== 201)
      throw new Error(`The create was answered ${response.status}: ${await response.text()}`);
    await response.text();
  };
  await create(); // makes the containers, and loads what is loaded on demand
  await create();
  return stack.filesRunBy(create);
}

async function mintToken(issuerUrl: string): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scopes: 'Chat.ReadWrite' });
  const response = await fetch(new URL(`/${TENANT}/oauth2/v2.0/token`, issuerUrl), { method: 'POST', body: form });
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('access_token' in body))
    throw new Error('The issuer gave no token');
  return String(body.access_token);
}

async function wayOfQuery(stack: WatchedStack): Promise<readonly string[]> {
  const client = new CosmosClient({ endpoint: stack.cosmosEndpoint, key: KEY });
  const { database } = await client.databases.createIfNotExists({ id: 'metrics' });
  const { container } = await database.containers.createIfNotExists({ id: 'items', partitionKey: '/pk' });
  await container.items.create({ id: 'a', pk: 'x', size: 3 });
  const query = () => container.items.query('SELECT * FROM c WHERE c.size > 1', { partitionKey: 'x' }).fetchAll();
  await query();
  const files = await stack.filesRunBy(query);
  client.dispose();
  return files;
}

/** Beside the packages, where the app finds `@azure/functions`. */
const APP = 'node_modules/.cache/metrics-app';

async function wayOfMessage(root: string): Promise<readonly string[]> {
  const folder = join(root, APP);
  const arrivals = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  await once(arrivals, 'listening');
  writeQueueApp(folder, addressOf(arrivals.address()));
  const stack = await startWatchedStack(root, folder);
  try {
    const storage = await (await fetch(`${stack.functionsUrl}/api/storage`)).text();
    const queue = new QueueClient(storage, 'work');
    const send = async () => {
      const arrived = once(arrivals, 'request');
      await queue.sendMessage(Buffer.from('{}').toString('base64'));
      await arrived;
    };
    await queue.createIfNotExists();
    await send();
    await send();
    return await stack.filesRunBy(send);
  } finally {
    await stack.close();
    arrivals.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeQueueApp(folder: string, arrivals: string): void {
  mkdirSync(folder, { recursive: true });
  const files = {
    'host.json': JSON.stringify({ version: '2.0' }),
    'package.json': JSON.stringify({ name: 'metrics-app', main: 'index.js' }),
    'local.settings.json': JSON.stringify({ Values: { AzureWebJobsStorage: 'UseDevelopmentStorage=true' } }),
    'index.js': `
      const { app } = require('@azure/functions');
      app.http('storage', { handler: () => ({ body: process.env.AzureWebJobsStorage }) });
      app.storageQueue('work', {
        queueName: 'work',
        connection: 'AzureWebJobsStorage',
        handler: () => fetch(${JSON.stringify(arrivals)}),
      });`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function addressOf(address: ReturnType<ReturnType<typeof createServer>['address']>): string {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port');
  return `http://127.0.0.1:${address.port}/`;
}
