import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { QueueServiceClient } from '@azure/storage-queue';
import {
  CHAT_ID,
  exampleWith,
  JSON_TYPE,
  operationsPath,
  type RawRequest,
} from '../support/create-operation-request.ts';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';
import { type HttpResponse, sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const MAX_WAIT_MS = 60_000;

let stack: TestStack;
let token: string;
const receivers: Receiver[] = [];

beforeAll(async () => {
  stack = await startStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
});

afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

afterAll(() => stack?.close());

function send(request: RawRequest): Promise<HttpResponse> {
  const headers = { authorization: `Bearer ${token}`, ...request.headers };
  return sendRequest(`${stack.functionsUrl}/beta`, { ...request, headers });
}

type TestResponse = (response: ServerResponse) => void;

interface Endpoint {
  readonly subscriptionId: string;
  /** Of the subscription's owner. */
  readonly authorization: string;
  /** Every POST of notifications, whatever came of it. */
  readonly posts: ReceivedRequest[];
  /** The operations that it was notified of. */
  notified(): string[];
}

const ACCEPT: TestResponse = (response) => response.writeHead(202).end();

/** An endpoint that gives these answers one after another, and takes everything from then on, with a subscription of the chat. */
async function subscribe(
  chatId: string,
  answers: readonly TestResponse[] = [],
  changes: object = {},
): Promise<Endpoint> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const posts: ReceivedRequest[] = [];
  receiver.answer = (request, response) => {
    const validationToken = new URL(request.url, receiver.origin).searchParams.get('validationToken');
    if (validationToken !== null) return response.writeHead(200, { 'content-type': 'text/plain' }).end(validationToken);
    const answer = answers[posts.push(request) - 1] ?? ACCEPT;
    return answer(response);
  };
  const body = {
    resource: `chats/${chatId}/operations`,
    changeType: 'created',
    notificationUrl: receiver.origin,
    expirationDateTime: new Date(Date.now() + 30 * 60_000).toISOString(),
    ...changes,
  };
  // A caller of its own: nobody has two subscriptions to the same.
  const authorization = `Bearer ${await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], subject: randomUUID() })}`;
  const created = await send({
    method: 'POST',
    path: '/subscriptions',
    headers: { ...JSON_TYPE, authorization },
    body: JSON.stringify(body),
  });
  expect(created.status).toBe(201);
  const notified = () =>
    posts.flatMap(({ body: text }) => JSON.parse(text).value.map((it: ChangeNotification) => it.resourceData.id));
  return { subscriptionId: JSON.parse(created.text).id, authorization, posts, notified };
}

interface ChangeNotification {
  readonly resourceData: { readonly id: string };
}

async function create(chatId: string, id: string): Promise<void> {
  const request = { method: 'POST', path: operationsPath(chatId), headers: JSON_TYPE, body: exampleWith({ id }) };
  expect((await send(request)).status).toBe(201);
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + MAX_WAIT_MS;
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error('It did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const FAULTS: Readonly<Record<string, TestResponse>> = {
  'answers 500': (response) => response.writeHead(500).end(),
  'asks for a pause': (response) => response.writeHead(503, { 'retry-after': '1' }).end(),
  redirects: (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/elsewhere' }).end(),
  'closes early': (response) => response.destroy(),
  'takes longer than three seconds': (response) => void setTimeout(() => response.writeHead(202).end(), 4_000).unref(),
};

test('A receiver that fails in any way is sent the same again, and others do not wait for it', async () => {
  const failing = await Promise.all(Object.values(FAULTS).map((fault) => subscribe('faulty', [fault])));
  const healthy = await subscribe('faulty');
  await create('faulty', 'first');
  await until(() => healthy.posts.length > 0);
  await until(() => failing.every(({ posts }) => posts.length > 1));
  for (const { posts } of failing) expect(posts[1]?.body).toBe(posts[0]?.body);
  expect(healthy.notified()).toEqual(['first']);
}, 90_000);

test('A receiver that responds with 100 MB has been notified', async () => {
  const flood = Buffer.alloc(1_048_576);
  const pour: TestResponse = (response) => {
    response.writeHead(200);
    let left = 100;
    const more = () => {
      while (left > 0 && !response.destroyed) {
        left -= 1;
        if (!response.write(flood)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  };
  const endpoint = await subscribe('flood', [pour]);
  await create('flood', 'first');
  await until(() => endpoint.posts.length > 0);
  await create('flood', 'second');
  await until(() => endpoint.posts.length > 1);
  expect(endpoint.notified()).toEqual(['first', 'second']);
}, 90_000);

test('A receiver that answers 410 has no subscription any more', async () => {
  const gone = await subscribe('gone', [(response) => response.writeHead(410).end()]);
  const path = `/subscriptions/${gone.subscriptionId}`;
  const headers = { authorization: gone.authorization };
  expect((await send({ path, headers })).status).toBe(200);
  await create('gone', 'first');
  await until(async () => (await send({ path, headers })).status === 404);
  await create('gone', 'second');
  expect(gone.notified()).toEqual(['first']);
}, 90_000);

test('A message that nobody of us wrote ends in the poison queue, and holds up nothing', async () => {
  const endpoint = await subscribe(CHAT_ID);
  await create(CHAT_ID, 'first');
  await until(() => endpoint.posts.length > 0);
  const queues = QueueServiceClient.fromConnectionString(stack.storageConnectionString);
  const poison = Buffer.from('{"subscriptions":"everybody"}').toString('base64');
  await queues.getQueueClient('notification-wakeups').sendMessage(poison);
  await create(CHAT_ID, 'second');
  await until(() => endpoint.posts.length > 1);
  const poisoned = queues.getQueueClient('notification-wakeups-poison');
  await until(async () => (await poisoned.exists()) && (await poisoned.peekMessages()).peekedMessageItems.length > 0);
  expect((await poisoned.peekMessages()).peekedMessageItems).toMatchObject([{ messageText: poison }]);
  expect(endpoint.notified()).toEqual(['first', 'second']);
}, 90_000);

test('CloudEvents arrive one by one, in their content type', async () => {
  const changes = { notificationContentType: 'application/cloudevents+json', changeType: 'created,deleted' };
  const endpoint = await subscribe('events', [], changes);
  await create('events', 'it');
  expect((await send({ method: 'DELETE', path: `${operationsPath('events')}/it` })).status).toBe(204);
  await until(() => endpoint.posts.length > 1);
  const type = 'application/cloudevents+json; charset=utf-8';
  expect(endpoint.posts.map(({ headers }) => headers['content-type'])).toEqual([type, type]);
  expect(endpoint.posts.map(({ body }) => JSON.parse(body).type)).toEqual([
    'Microsoft.Graph.TeamsAsyncOperationCreated',
    'Microsoft.Graph.TeamsAsyncOperationDeleted',
  ]);
}, 90_000);

test('Dead letters are listed and sent again below their subscription, though Graph knows no such resource', async () => {
  const url = `${stack.functionsUrl}/beta/subscriptions/none/deadLetters`;
  const headers = stack.adminHeaders;
  const listed = await fetch(url, { headers });
  expect([listed.status, await listed.json()]).toEqual([200, { value: [] }]);
  const redelivered = await fetch(`${url}/redeliver`, { method: 'POST', headers });
  expect(await redelivered.json()).toEqual({ sent: 0, failure: null, hasMore: false });
});
