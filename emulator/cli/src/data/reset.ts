import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Container, CosmosClient, ItemDefinition } from '@azure/cosmos';
import { CommandError } from '../errors.ts';
import { dataDirOf, findStack } from '../run-file.ts';
import { type DataFlags, listContainers, withCosmos } from './accounts.ts';
import { type DataDependencies, partitionKeyOf, pathsOf } from './items.ts';
import { clearStorage } from './storage.ts';

export interface ResetFlags extends DataFlags {
  readonly yes: boolean;
}

/** In the data directory. Signing keys and function keys stay: what was given out goes on to work. */
const STORED = ['cosmos', 'azurite', 'functions/timers'];
const DELETES_AT_ONCE = 32;

/**
 * Deletes all items, messages, blobs and entities. A stack that runs keeps its containers, queues and keys, and goes on.
 * Storage that the stack does not run itself is left alone: others may keep their data there.
 */
export async function reset(flags: ResetFlags, dependencies: DataDependencies): Promise<void> {
  const { terminal, process } = dependencies;
  const location = { ...flags, env: process.env };
  const running = await findStack(location);
  const place = running ? `the stack at ${running.functions}` : dataDirOf(flags);
  if (!flags.yes) await confirm(`Delete everything that ${place} has stored?`, process);
  if (running) {
    const items = await withCosmos(location, deleteAllItems);
    const ownsStorage = running.ownsStorage === true;
    const usesStorage = ownsStorage && existsSync(join(running.dataDir ?? running.stateDir ?? '', 'azurite'));
    if (usesStorage) await clearStorage(running.storageConnectionString);
    terminal.error(`Deleted ${items} items${usesStorage ? ', and all messages and blobs' : ''}\n`);
    if (!ownsStorage) terminal.error('Storage was left alone: it does not belong to this stack\n');
    return;
  }
  const folders = STORED.map((name) => join(dataDirOf(flags), name)).filter((folder) => existsSync(folder));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  terminal.error(folders.length === 0 ? `Nothing is stored in ${place}\n` : `Deleted the data in ${place}\n`);
}

async function confirm(question: string, process: NodeJS.Process): Promise<void> {
  if (process.stdin.isTTY !== true)
    throw new CommandError('NotConfirmed', `${question} Say so with --yes: there is no terminal to ask at`);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const reply = await reader.question(`${question} (y/N) `);
  reader.close();
  if (!/^y(es)?$/i.test(reply.trim())) throw new CommandError('NotConfirmed', 'Nothing was deleted');
}

async function deleteAllItems(client: CosmosClient): Promise<number> {
  let items = 0;
  const containers = (await listContainers(client)).filter(({ id }) => !isLeaseContainer(id));
  for (const { database, id } of containers) {
    items += await deleteItems(client.database(database).container(id));
  }
  return items;
}

/** Triggers that run keep their place in the change feed there, under names like the default `leases`. */
function isLeaseContainer(id: string): boolean {
  return /leases?$/i.test(id);
}

async function deleteItems(container: Container): Promise<number> {
  const paths = await pathsOf(container);
  const { resources } = await container.items.readAll<ItemDefinition>().fetchAll();
  for (let from = 0; from < resources.length; from += DELETES_AT_ONCE) {
    const some = resources.slice(from, from + DELETES_AT_ONCE);
    await Promise.all(some.map((item) => deleteOne(container, item, paths)));
  }
  return resources.length;
}

/** The app, or time to live, may have deleted it meanwhile. */
async function deleteOne(container: Container, item: ItemDefinition, paths: readonly string[]): Promise<void> {
  await container
    .item(String(item.id), partitionKeyOf(item, paths))
    .delete()
    .catch((error: { code?: unknown }) => {
      if (error.code !== 404) throw error;
    });
}
