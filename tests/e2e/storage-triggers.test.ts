import { execFileSync } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { silentLog, sleep, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Stack, startStack } from 'lazurite';
import { repositoryRoot } from '../support/stack.ts';

const scriptRoot = resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures/v4-storage-triggers');
let dataDir: string;
let stack: Stack;
/** What functions logged, in order, and errors of the stack. */
let messages: string[];
const listeners = new Set<() => void>();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-triggers-'));
});

beforeEach(async () => {
  messages = [];
  stack = await startStack({
    scriptRoot,
    dataDir,
    clock: systemClock,
    randomness: systemRandomness,
    log: { ...silentLog, error: (_, message) => note(`error: ${message}`) },
    onEvent: (event) => event.type === 'log' && note(event.message),
  });
});

afterEach(() => stack.close());
afterAll(() => rm(dataDir, { recursive: true, force: true }));

function note(message: string): void {
  messages.push(message);
  for (const listener of listeners) listener();
}

/** Resolves when a message, past or to come, is `text`. */
function logged(text: string): Promise<void> {
  return new Promise((resolve) => {
    function look(): void {
      if (!messages.includes(text)) return;
      listeners.delete(look);
      resolve();
    }
    listeners.add(look);
    look();
  });
}

async function send(id: string, visibilityTimeout = 0): Promise<void> {
  const queue = QueueServiceClient.fromConnectionString(stack.storage.connectionString).getQueueClient('work');
  await queue.createIfNotExists();
  await queue.sendMessage(Buffer.from(JSON.stringify({ id })).toString('base64'), { visibilityTimeout });
}

async function upload(name: string, content: string): Promise<void> {
  const service = BlobServiceClient.fromConnectionString(stack.storage.connectionString);
  const container = service.getContainerClient('uploads');
  await container.createIfNotExists();
  await container.uploadBlockBlob(name, content, content.length);
}

function count(text: string): number {
  return messages.filter((message) => message === text).length;
}

/** Of the processes below this one, those that run Azurite. */
function azuriteProcesses(): readonly number[] {
  const rows = execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' }).trim().split('\n');
  const mine = rows.filter((row) => row.includes('azurite.js') && Number(row.trim().split(/\s+/)[1]) === process.pid);
  return mine.map((row) => Number(row.trim().split(/\s+/)[0]));
}

// The app's polls are a minute apart, so a function is called here only because it was notified.
test('Triggers do not start storage; the first message does, and functions are called for all that follow', async () => {
  await sleep(systemClock, 300);
  await expect(access(join(dataDir, 'azurite'))).rejects.toThrow('ENOENT');
  expect(azuriteProcesses()).toEqual([]);
  await send('first');
  await logged('message first');
  for (const name of ['a', 'b']) {
    await send(name);
    await upload(name, name);
    await Promise.all([logged(`message ${name}`), logged(`blob ${name}: ${name}`)]);
  }
  await upload('a', 'again');
  await logged('blob a: again');
  expect(messages.filter((message) => /^(message|blob)/.test(message))).toHaveLength(6);
});

test('What an earlier run has left is found, and a scheduled message is called for when it is due', async () => {
  expect(stack.storage.isUnused).toBe(false);
  await send('now');
  const sentAt = Date.now();
  await send('later', 1);
  await logged('message now');
  await logged('message later');
  expect(Date.now() - sentAt).toBeGreaterThanOrEqual(1_000);
  expect(count('blob a: again')).toBe(0); // it has a receipt
});

test('Storage that is killed is started again, which is said once, and triggers go on', async () => {
  await send('before');
  await logged('message before');
  for (const pid of azuriteProcesses()) process.kill(pid, 'SIGKILL');
  await Promise.all([send('after'), upload('after', 'x')]);
  await Promise.all([logged('message after'), logged('blob after: x')]);
  expect(count('message after')).toBe(1);
  expect(messages.filter((message) => message.startsWith('error:'))).toEqual([
    'error: Azurite has ended by itself; it is started again when it is needed',
  ]);
});
