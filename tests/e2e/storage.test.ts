import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { repositoryRoot, startStack, type TestStack } from '../support/stack.ts';

const fixtures = resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures');
let dataDir: string;
let stack: TestStack | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-storage-'));
});

afterEach(async () => {
  await stack?.close();
  await rm(dataDir, { recursive: true, force: true });
});

function hasAzurite(): Promise<boolean> {
  return access(join(dataDir, 'azurite')).then(
    () => true,
    () => false,
  );
}

test('Storage is started by the first use that the app makes of it with a client of its own', async () => {
  stack = await startStack({ scriptRoot: join(fixtures, 'v4-own-storage'), dataDir });
  expect(await (await fetch(`${stack.functionsUrl}/api/ping`)).text()).toBe('pong');
  expect(await hasAzurite()).toBe(false);
  const stored = await fetch(`${stack.functionsUrl}/api/store`);
  expect([stored.status, await stored.text()]).toEqual([200, 'kept']);
  expect(await hasAzurite()).toBe(true);
});

test('A queue trigger and queue outputs work with UseDevelopmentStorage=true and nothing else', async () => {
  const env = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', WORK: 'work' };
  stack = await startStack({ scriptRoot: join(fixtures, 'v4-bindings'), dataDir, env });
  const body = JSON.stringify({ kind: 'e2e', id: 1 });
  const response = await fetch(`${stack.functionsUrl}/api/enqueue`, { method: 'POST', body });
  expect(response.status).toBe(202);
  expect(await hasAzurite()).toBe(true);
});
