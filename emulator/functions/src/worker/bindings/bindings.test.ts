import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueClient } from '@azure/storage-queue';
import { silentLog } from '@lazurite/runtime';
import { type Storage, startStorage } from '@lazurite/storage';
import { DEVELOPMENT_STORAGE_SETTING } from '../../config/connections.ts';
import { closeTestHosts, startTestHost } from '../../testing/test-host.ts';

let dataDir = '';
let storage: Storage;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bindings-'));
  storage = await startStorage({ dataDir, log: silentLog });
});

afterAll(async () => {
  await closeTestHosts();
  await storage.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('a request goes through an output binding, a queue trigger and its output binding', async () => {
  const env = { ...process.env, AzureWebJobsStorage: storage.connectionString, WORK: 'work' };
  const host = await startTestHost('v4-bindings', { env, dataDir });
  const response = await fetch(`${host.url}/api/enqueue`, { method: 'POST', body: '{"kind":"a","id":7}' });
  expect(response.status).toBe(202);
  const { reason } = await host.next('invocation-started', (event) => event.functionName === 'work');
  expect(reason).toBe("New queue message detected on 'work'.");
  await host.next('invocation-finished', (event) => event.functionName === 'work' && event.succeeded);
  const done = new QueueClient(storage.connectionString, 'done-a');
  const { receivedMessageItems } = await done.receiveMessages();
  const [text = ''] = receivedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString());
  expect(JSON.parse(text)).toEqual({ kind: 'a', id: 7, count: 1 });
});

test('a function of the v3 model reads numbers of its binding data as numbers', async () => {
  const queue = new QueueClient(storage.connectionString, 'numbers');
  await queue.createIfNotExists();
  await queue.sendMessage(Buffer.from('message').toString('base64'));
  const env = { ...process.env, AzureWebJobsStorage: storage.connectionString };
  const host = await startTestHost('v3-queue', { env, dataDir });
  const { message } = await host.next('log', ({ category }) => category === 'Function.count.User');
  expect(message).toBe('message number');
});

test('a timer calls its function', async () => {
  const env = { ...process.env, AzureWebJobsStorage: storage.connectionString, WORK: 'idle' };
  const host = await startTestHost('v4-bindings', { env, dataDir });
  const { reason } = await host.next('invocation-started', (event) => event.functionName === 'tick');
  expect(reason).toMatch(/^Timer fired at \d{4}-/);
  await host.next('log', (event) => event.message === 'past due: false');
});

test('a function with a binding that is not emulated is in error, and its response says why; the others run', async () => {
  const env = { ...process.env, AzureWebJobsStorage: storage.connectionString, WORK: 'other' };
  const host = await startTestHost('v4-bindings', { env, dataDir });
  const { message } = await host.next('log', (event) => event.message.includes('is in error'));
  const reason = /^The input binding '\w+' of type 'sql' needs Azure SQL, which is not emulated/;
  expect(message.replace("The 'broken' function is in error: ", '')).toMatch(reason);
  const response = await fetch(`${host.url}/api/broken`);
  expect([response.status, await response.text()]).toEqual([500, expect.stringMatching(reason)]);
});

test('an Event Grid webhook is validated, and calls the function once for each event', async () => {
  const env = { ...process.env, AzureWebJobsStorage: storage.connectionString, WORK: 'events' };
  const host = await startTestHost('v4-bindings', { env, dataDir });
  async function post(type: string, body: unknown, name = 'onEvent') {
    const url = `${host.url}/runtime/webhooks/eventgrid?functionName=${name}`;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, { method: 'POST', headers: { 'aeg-event-type': type }, body: text });
    return [response.status, await response.text()];
  }
  const event = (id: string, data: object) => ({ id, eventType: 't', subject: 's', data, dataVersion: '1' });
  expect(await post('SubscriptionValidation', [event('v', { validationCode: 'abc' })])).toEqual([
    200,
    '{"validationResponse":"abc"}',
  ]);
  expect(await post('Notification', [event('1', { x: 7 }), event('2', { x: 8 })])).toEqual([202, '']);
  await host.next('log', ({ message }) => message === 'event 1: 7');
  await host.next('log', ({ message }) => message === 'event 2: 8');
  expect(await post('Notification', event('3', { fail: true }))).toEqual([500, 'rejected']);
  expect(await post('Notification', [], 'nobody')).toEqual([404, "cannot find function: 'nobody'"]);
  expect(await post('Notification', '{broken')).toEqual([400, '']);
  expect(await post('Notification', '[1]')).toEqual([400, '']);
  expect(await post('Other', [])).toEqual([400, '']);
  expect(await post('Unsubscribe', [])).toEqual([202, '']);
  const headers = { 'webhook-request-origin': 'eventgrid.azure.net' };
  const handshake = await fetch(`${host.url}/runtime/webhooks/eventgrid`, { method: 'OPTIONS', headers });
  expect(handshake.headers.get('webhook-allowed-origin')).toBe('eventgrid.azure.net');
});

test('the host tells which functions need a storage emulator, and every setting names the one that runs', async () => {
  const env = { ...process.env, AzureWebJobsStorage: 'UseDevelopmentStorage=true', WORK: 'dev' };
  const development = { ...env, [DEVELOPMENT_STORAGE_SETTING]: storage.connectionString };
  const host = await startTestHost('v4-bindings', { env: development, dataDir });
  const needing = host.functions.filter((fn) => fn.usesDevelopmentStorage).map(({ name }) => name);
  expect(needing.sort()).toEqual(['enqueue', 'work']);
  const body = '{"kind":"dev","id":1}';
  expect((await fetch(`${host.url}/api/enqueue`, { method: 'POST', body })).status).toBe(202);
  await host.next('invocation-finished', (event) => event.functionName === 'work' && event.succeeded);
});
