import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import type { Container, CosmosClient, CosmosClientOptions } from '@azure/cosmos';
import { makeFolder, silentLog } from '@lazurite/runtime';
import { CommandError } from '../errors.ts';
import { dataDirOf, findStack, type StackLocation } from '../run-file.ts';

/** The flags of all commands that show or change what is stored. */
export interface DataFlags {
  readonly dataDir?: string;
}

interface Needs {
  /** Whether data is made where there is none; else that is an error. */
  readonly creates?: boolean;
}

/**
 * Calls `use` with a client of Cosmos DB: that of the stack that runs in the folder, else one of its data, which is opened
 * for as long.
 *
 * @throws CommandError NoData where there is neither
 */
export async function withCosmos<T>(
  location: StackLocation,
  use: (client: CosmosClient) => Promise<T>,
  { creates = false }: Needs = {},
): Promise<T> {
  const running = await findStack(location);
  if (running) {
    const stateDir = running.dataDir ?? running.stateDir;
    return useClient({ connectionString: running.cosmosConnectionString, stateDir }, use);
  }
  const dataDir = join(dataDirOf(location), 'cosmos');
  if (!creates && !existsSync(join(dataDir, 'cosmos.db'))) throw noData(location, 'data of Cosmos DB');
  if (creates) await makeFolder(dataDir);
  const { startCosmos } = await import('@lazurite/cosmos');
  const server = await startCosmos({ dataDir, log: silentLog });
  try {
    return await useClient(server, use);
  } finally {
    await server.close();
  }
}

/** Calls `use` with the connection string of storage: of the stack that runs in the folder, else of its data. */
export async function withStorage<T>(
  location: StackLocation,
  use: (connectionString: string) => Promise<T>,
  { creates = false }: Needs = {},
): Promise<T> {
  const running = await findStack(location);
  if (running) return use(running.storageConnectionString);
  const dataDir = dataDirOf(location);
  if (!creates && !existsSync(join(dataDir, 'azurite'))) throw noData(location, 'data of storage');
  if (creates) await makeFolder(join(dataDir, 'azurite'));
  const { startStorage } = await import('@lazurite/storage');
  const storage = await startStorage({ dataDir, appRoot: process.cwd(), log: silentLog });
  try {
    return await use(storage.connectionString);
  } finally {
    await storage.close();
  }
}

function noData(location: StackLocation, what: string): CommandError {
  const message = `No stack is running here, and ${dataDirOf(location)} has no ${what}. Run \`lazurite start\` in the folder of the app, or name its data with --data-dir`;
  return new CommandError('NoData', message);
}

/** Cosmos DB of a stack. */
export interface CosmosAccount {
  readonly connectionString: string;
  /** Where the stack keeps its state; needed where the server has a certificate. */
  readonly stateDir?: string | undefined;
}

/** Calls `use` with a client of the account. @throws CommandError CosmosRejected, with what Cosmos DB answered */
export async function useClient<T>(account: CosmosAccount, use: (client: CosmosClient) => Promise<T>): Promise<T> {
  const { CosmosClient: Client } = await import('@azure/cosmos');
  const client = new Client(await optionsOf(account));
  try {
    return await use(client);
  } catch (error) {
    throw explain(error);
  } finally {
    client.dispose();
  }
}

/**
 * A stack with a managed identity serves Cosmos DB with a certificate of its own: that one is trusted, whatever the name
 * of the host, and no other.
 */
async function optionsOf({ connectionString, stateDir }: CosmosAccount): Promise<CosmosClientOptions> {
  if (stateDir === undefined || !connectionString.includes('AccountEndpoint=https:')) return { connectionString };
  const { certificateFileIn } = await import('../managed-identity.ts');
  const file = certificateFileIn(stateDir);
  const ca = await readFile(file).catch((cause: unknown) => {
    throw new CommandError('FileNotRead', `The certificate of the stack, ${file}, cannot be read`, { cause });
  });
  return { connectionString, agent: new Agent({ ca, checkServerIdentity: () => undefined }) };
}

/** What Cosmos DB rejects is the caller's to mend: its first line says why. */
function explain(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown }; // the SDK throws objects of its own class
  if (typeof code !== 'number' || typeof message !== 'string') return error;
  return new CommandError('CosmosRejected', `Cosmos DB answered ${code}: ${firstSentence(message)}`, { cause: error });
}

/** Errors of queries hold JSON with their reasons; activity ids and the SDK's own lines are of no use here. */
function firstSentence(message: string): string {
  const reasons = [...message.matchAll(/"message":\s*"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    JSON.parse(`"${text}"`),
  );
  const text =
    reasons.length > 0 ? reasons.join('; ') : (/"Errors":\s*\[\s*"((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message);
  return text.split('\n')[0]?.trim() ?? text;
}

export interface ContainerFlags extends DataFlags {
  readonly db?: string;
  readonly container?: string;
}

/** The container that the flags name, or the only one there is. @throws CommandError when that is not one */
export async function chooseContainer(client: CosmosClient, { db, container }: ContainerFlags): Promise<Container> {
  const all = await listContainers(client);
  const matching = all.filter((one) => (db ?? one.database) === one.database && (container ?? one.id) === one.id);
  const [only] = matching;
  if (only && matching.length === 1) return client.database(only.database).container(only.id);
  const asked = [db !== undefined && `--db '${db}'`, container !== undefined && `--container '${container}'`].filter(
    Boolean,
  );
  const there = all.map((one) => `--db ${one.database} --container ${one.id}`).join(', ') || 'none';
  const problem =
    matching.length === 0
      ? `No container is named by ${asked.join(' ') || 'no flags'}`
      : 'More than one container is meant';
  throw new CommandError(
    'ContainerNotFound',
    all.length === 0 ? 'Nothing is stored: there is no container' : `${problem}; there are: ${there}`,
  );
}

export interface ListedContainer {
  readonly database: string;
  readonly id: string;
  /** Paths, for example `/customer`. */
  readonly partitionKey: readonly string[];
}

export async function listContainers(client: CosmosClient): Promise<readonly ListedContainer[]> {
  const { resources: databases } = await client.databases.readAll().fetchAll();
  const lists = databases.map(async ({ id: database }) => {
    const { resources } = await client.database(database).containers.readAll().fetchAll();
    return resources.map(({ id, partitionKey }) => ({ database, id, partitionKey: partitionKey?.paths ?? [] }));
  });
  return (await Promise.all(lists)).flat();
}

/** @throws CommandError FileNotRead */
export async function assertFile(file: string): Promise<void> {
  await stat(file).catch((cause: unknown) => {
    throw new CommandError('FileNotRead', `${file} cannot be read`, { cause });
  });
}
