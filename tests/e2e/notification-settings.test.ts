import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Stack, startStack } from 'lazurite';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import { CHAT_ID, exampleWith, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { sendRequest } from '../support/send-request.ts';
import { repositoryRoot } from '../support/stack.ts';

let stack: Stack;
let token: string;
const messages: string[] = [];
let onReceived: (() => void) | undefined;

async function start(env: Readonly<Record<string, string>>): Promise<void> {
  stack = await startStack({
    scriptRoot: repositoryRoot,
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
    env: { ...process.env, ...env },
    onEvent: (event) => {
      if (event.type !== 'log') return;
      messages.push(event.message);
      onReceived?.();
    },
  });
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
}

afterEach(() => stack.close());

function send(method: string, path: string, body?: object | string) {
  return sendRequest(`${stack.functions.url}/beta`, {
    method,
    path,
    headers: { authorization: `Bearer ${token}`, ...JSON_TYPE },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

const createOperation = (id: string) => send('POST', operationsPath(CHAT_ID), exampleWith({ id }));

function logged(text: string): Promise<void> {
  return new Promise((resolve) => {
    onReceived = () => messages.some((message) => message.includes(text)) && resolve();
    onReceived();
  });
}

test('OPERATION_HOOK=on calls the hook with each change', async () => {
  await start({ OPERATION_HOOK: 'on' });
  await createOperation('hooked');
  await send('PATCH', `${operationsPath(CHAT_ID)}/hooked`, { status: 'succeeded' });
  await logged(`hooked of chat ${CHAT_ID} succeeded`);
  await createOperation('failing');
  await send('PATCH', `${operationsPath(CHAT_ID)}/failing`, { status: 'failed' });
  await logged(`failing of chat ${CHAT_ID} failed`);
});

test('CHANGE_NOTIFICATIONS=off records nothing and has no subscriptions', async () => {
  await start({ CHANGE_NOTIFICATIONS: 'off' });
  expect(await createOperation('silent')).toMatchObject({ status: 201 });
  expect(await send('PATCH', `${operationsPath(CHAT_ID)}/silent`, { status: 'failed' })).toMatchObject({ status: 200 });
  expect(await send('DELETE', `${operationsPath(CHAT_ID)}/silent`)).toMatchObject({ status: 204 });
  expect(await send('GET', '/subscriptions')).toMatchObject({ status: 400 });
  const client = createCosmosClient({
    endpoint: stack.cosmos.endpoint,
    credential: { kind: 'key', key: stack.cosmos.key },
  });
  const { resources } = await client.database('teams').container('operations').items.readAll().fetchAll();
  client.dispose();
  expect(resources).toEqual([]);
});

test('NOTIFICATION_PRIVATE_TARGETS=reject keeps this machine and http out', async () => {
  await start({ NOTIFICATION_PRIVATE_TARGETS: 'refuse' });
  const wanted = {
    resource: `chats/${CHAT_ID}/operations`,
    changeType: 'created',
    expirationDateTime: new Date(Date.now() + 30 * 60_000).toISOString(),
  };
  for (const notificationUrl of ['https://localhost:1/', 'https://127.0.0.1:1/', 'http://receiver.example/'])
    expect(await send('POST', '/subscriptions', { ...wanted, notificationUrl })).toMatchObject({
      status: 400,
      body: { error: { code: 'ValidationError', message: expect.stringMatching(/not a public address|not https/) } },
    });
});
