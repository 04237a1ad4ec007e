import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Stack, startStack } from 'lazurite';
import { repositoryRoot } from '../support/stack.ts';

const scriptRoot = resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures/v4-cosmos');
let stack: Stack;
let messages: string[];
let onReceived: (() => void) | undefined;

beforeAll(async () => {
  messages = [];
  stack = await startStack({
    scriptRoot,
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
    onEvent: (event) => {
      if (event.type !== 'log') return;
      messages.push(event.message);
      onReceived?.();
    },
  });
});

afterAll(() => stack.close());

/** Resolves when a message, past or to come, includes `text`. */
function logged(text: string): Promise<void> {
  return new Promise((resolve) => {
    onReceived = () => messages.some((message) => message.includes(text)) && resolve();
    onReceived();
  });
}

async function order(body: object): Promise<void> {
  const response = await fetch(`${stack.functions.url}/api/order`, { method: 'POST', body: JSON.stringify(body) });
  expect(response.status).toBe(201);
}

test('A function is called with what another one wrote, as soon as its container is there', async () => {
  await logged("The listener for function 'onOrders' was unable to start"); // nobody has made the container yet
  await order({ id: '1', pk: 'p', kind: 'a' });
  await logged('order 1 in onOrders, retry 0');
  await order({ id: '2', pk: 'p', kind: 'a' });
  await logged('order 2 in onOrders, retry 0');
  expect(messages).toContain("The listener for function 'onOrders' has started");
});

test('A batch that fails is retried as the policy says', async () => {
  await order({ id: '3', pk: 'p', kind: 'b', crash: true });
  await logged('order 3 in onOrders, retry 1');
});

test('A sqlQuery input takes its parameters from the route', async () => {
  const response = await fetch(`${stack.functions.url}/api/kinds/a`);
  expect(await response.json()).toEqual([{ id: '1' }, { id: '2' }]);
});

test('A reloaded function goes on where the old one was', async () => {
  await stack.functions.reload();
  const before = messages.length;
  await order({ id: '4', pk: 'p', kind: 'c' });
  await logged('order 4 in onOrders, retry 0');
  expect(messages.slice(before).filter((message) => message.startsWith('order'))).toHaveLength(1);
});

test('A batch that was in hand when its process died is handed over again, at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lazurite-kill-'));
  const dieOnce = join(folder, 'died');
  await order({ id: '5', pk: 'p', dieOnce });
  await logged('order 5 in onOrders, retry 0');
  await expect(access(dieOnce)).resolves.toBeUndefined();
  await rm(folder, { recursive: true });
});

test('A warmup function is called once, by /admin/warmup', async () => {
  for (const method of ['POST', 'GET']) {
    expect((await fetch(`${stack.functions.url}/admin/warmup`, { method })).status).toBe(200);
  }
  await logged('warmed up');
  expect(messages.filter((message) => message === 'warmed up')).toHaveLength(1);
});

test('A trigger of a service that is not emulated is named at the start, and can be called by hand', async () => {
  const named = `Function 'onTopic': 'daprTopicTrigger' needs Dapr, which is not emulated`;
  await logged(named);
  expect(messages.filter((message) => message.startsWith(named)).length).toBeGreaterThan(0);
  const body = JSON.stringify({ input: 'by hand' });
  const headers = { 'content-type': 'application/json' };
  const url = `${stack.functions.url}/admin/functions/onTopic`;
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(202);
  await logged('topic by hand');
});
