import { resolve } from 'node:path';
import type { HostEvent } from '@lazurite/functions';
import { type Stack, startStack } from 'lazurite';
import { repositoryRoot } from '../support/stack.ts';

let stack: Stack;
let events: HostEvent[];

afterEach(() => stack.close());

async function start(example: string): Promise<void> {
  events = [];
  const scriptRoot = resolve(repositoryRoot, 'examples', example);
  stack = await startStack({ scriptRoot, onEvent: (event) => void events.push(event) });
}

function send(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${stack.functions.url}/api/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
}

test('The example http-cosmos stores orders and lists those of a customer', async () => {
  await start('http-cosmos');
  expect((await send('POST', 'orders/ann', { total: 12 })).status).toBe(201);
  expect((await send('POST', 'orders/bob', { total: 7 })).status).toBe(201);
  expect((await send('POST', 'orders/bob', { total: 'none' })).status).toBe(400);
  expect(await (await send('GET', 'orders/ann')).json()).toEqual([{ id: expect.any(String), total: 12 }]);
});

test('The example queue-timer does a job that was added, and its timer counts it', async () => {
  await start('queue-timer');
  expect((await send('POST', 'jobs', { name: 'sweep' })).status).toBe(202);
  await until(() => events.some((event) => event.type === 'log' && event.message === 'Done: {"name":"sweep"}'));
  const { status, logs } = await stack.functions.invoke('countJobs');
  expect([status, logs.map(({ message }) => message)]).toEqual(['succeeded', ['1 jobs done']]);
});

test('The example webhook-receiver echoes the validation token, and keeps what has the right client state', async () => {
  await start('webhook-receiver');
  const validation = await send('POST', 'notifications?validationToken=a%20b');
  expect([validation.status, await validation.text()]).toEqual([200, 'a b']);
  const change = { changeType: 'created', resource: "chats('1')/operations('2')" };
  const value = [
    { ...change, clientState: 'only we two know this' },
    { ...change, clientState: 'a guess' },
  ];
  expect((await send('POST', 'notifications', { value })).status).toBe(202);
  expect(await (await send('GET', 'notifications')).json()).toEqual([change]);
});

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 20));
}
