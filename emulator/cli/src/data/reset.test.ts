import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { QueueClient } from '@azure/storage-queue';
import { Shutdown, silentLog } from '@lazurite/runtime';
import { startStorage } from '@lazurite/storage';
import { writeRunFile } from '../run-file.ts';
import { type Stack, startStack } from '../stack.ts';
import { reset } from './reset.ts';

const scriptRoot = resolve(import.meta.dirname, '../../../functions/src/testing/fixtures/v4-cjs');

let dataDir: string;
let running: Shutdown;
let printed: string[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-reset-'));
  running = new Shutdown();
  printed = [];
});

afterEach(async () => {
  await running.close();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

async function start(env: NodeJS.ProcessEnv): Promise<Stack> {
  const stack = running.add(await startStack({ scriptRoot, dataDir, env }));
  const startedAt = new Date().toISOString();
  running.add(await writeRunFile(dataDir, stack, { pid: process.pid, startedAt, scriptRoot, dataDir }));
  return stack;
}

async function send(connectionString: string): Promise<QueueClient> {
  const queue = new QueueClient(connectionString, 'orders');
  await queue.create();
  await queue.sendMessage('kept');
  return queue;
}

async function resetRunning(): Promise<void> {
  const terminal = { out: () => undefined, error: (text: string) => void printed.push(text), isColourful: false };
  await reset({ dataDir, yes: true }, { terminal, process });
}

async function messagesIn(queue: QueueClient): Promise<readonly string[]> {
  return (await queue.peekMessages()).peekedMessageItems.map(({ messageText }) => messageText);
}

test('reset() leaves storage alone that is not of the stack, though an earlier stack had its own in the folder', async () => {
  const foreign = running.add(await startStorage({ dataDir, appRoot: scriptRoot, log: silentLog }));
  expect(existsSync(join(dataDir, 'azurite'))).toBe(true);
  const queue = await send(foreign.connectionString);
  await start({ LAZURITE_STORAGE_CONNECTION_STRING: foreign.connectionString });
  await resetRunning();
  expect(await messagesIn(queue)).toEqual(['kept']);
  expect(printed).toEqual(['Deleted 0 items\n', 'Storage was left alone: it does not belong to this stack\n']);
});

test('reset() deletes the messages in the storage of the stack', async () => {
  const stack = await start({});
  const queue = await send(stack.storage.connectionString);
  await resetRunning();
  expect(await messagesIn(queue)).toEqual([]);
  expect(printed).toEqual(['Deleted 0 items, and all messages and blobs\n']);
});
