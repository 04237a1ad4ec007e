import { randomUUID } from 'node:crypto';
import {
  CHAT_ID,
  exampleWith,
  JSON_TYPE,
  operationsPath,
  type RawRequest,
} from '../support/create-operation-request.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type HttpResponse, sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

interface Notification {
  readonly id: string;
  readonly subscriptionId: string;
  readonly clientState: string;
  readonly changeType: string;
  readonly resource: string;
}

let stack: TestStack;
let token: string;
let receiver: Receiver;
let notifications: Notification[];
let onReceived: (() => void) | undefined;

beforeAll(async () => {
  stack = await startStack();
});

afterAll(() => stack?.close());

beforeEach(async () => {
  // A caller of its own for each test: nobody has two subscriptions to the same.
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], subject: randomUUID() });
  notifications = [];
  receiver = await startReceiver();
  receiver.answer = ({ url, body }, response) => {
    const validationToken = new URL(url, receiver.origin).searchParams.get('validationToken');
    if (validationToken !== null) return response.writeHead(200, { 'content-type': 'text/plain' }).end(validationToken);
    notifications.push(...JSON.parse(body).value);
    onReceived?.();
    return response.writeHead(202).end();
  };
});

afterEach(() => receiver.close());

function send(request: RawRequest, bearer = token): Promise<HttpResponse> {
  return sendRequest(`${stack.functionsUrl}/beta`, {
    ...request,
    headers: { authorization: `Bearer ${bearer}`, ...request.headers },
  });
}

const sendJson = (method: string, path: string, body: object, bearer = token) =>
  send({ method, path, headers: JSON_TYPE, body: JSON.stringify(body) }, bearer);

function subscribe(changes: object = {}, bearer = token): Promise<HttpResponse> {
  return sendJson(
    'POST',
    '/subscriptions',
    {
      resource: `chats/${CHAT_ID}/operations`,
      changeType: 'created,updated,deleted',
      clientState: 'mine',
      notificationUrl: `${receiver.origin}/hook`,
      expirationDateTime: new Date(Date.now() + 30 * 60_000).toISOString(),
      ...changes,
    },
    bearer,
  );
}

const createOperation = (chatId: string, id: string) =>
  send({ method: 'POST', path: operationsPath(chatId), headers: JSON_TYPE, body: exampleWith({ id }) });

/** Resolves once so many notifications have come. */
function received(count: number): Promise<void> {
  return new Promise((resolve) => {
    onReceived = () => notifications.length >= count && resolve();
    onReceived();
  });
}

test('A subscriber is notified of a creation, an update and a deletion, in order', async () => {
  const { status, body } = await subscribe();
  expect(status).toBe(201);
  await createOperation(CHAT_ID, 'notified');
  await sendJson('PATCH', `${operationsPath(CHAT_ID)}/notified`, { status: 'succeeded' });
  await send({ method: 'DELETE', path: `${operationsPath(CHAT_ID)}/notified` });
  await received(3);
  expect(notifications.map(({ changeType }) => changeType)).toEqual(['created', 'updated', 'deleted']);
  for (const one of notifications)
    expect(one).toMatchObject({
      subscriptionId: body.id,
      clientState: 'mine',
      resource: `chats('${CHAT_ID}')/operations('notified')`,
    });
});

test('A subscriber to one operation is notified of no other', async () => {
  await subscribe({ resource: `chats('few')/operations('mine')`, changeType: 'created,deleted' });
  await createOperation('few', 'other');
  await createOperation('few', 'mine');
  await sendJson('PATCH', `${operationsPath('few')}/mine`, { status: 'succeeded' });
  await send({ method: 'DELETE', path: `${operationsPath('few')}/mine` });
  await received(2);
  expect(notifications.map(({ resource, changeType }) => [resource, changeType])).toEqual([
    ["chats('few')/operations('mine')", 'created'],
    ["chats('few')/operations('mine')", 'deleted'],
  ]);
});

test('An application is notified of all chats', async () => {
  const application = await stack.issuer.mint({ roles: ['Chat.Read.All'] });
  const { status, body } = await subscribe({ resource: '/chats/operations' }, application);
  expect(status).toBe(201);
  await createOperation('here', 'a');
  await createOperation('there', 'b');
  await received(2);
  const { status: deleted } = await send({ method: 'DELETE', path: `/subscriptions/${body.id}` }, application);
  expect(deleted).toBe(204);
});

test('A subscription lives from its creation to its deletion, for its owner alone', async () => {
  const { headers, body } = await subscribe();
  const path = `/subscriptions/${body.id}`;
  expect(headers.get('location')).toBe(`${stack.functionsUrl}/beta${path}`);
  const other = await stack.issuer.mint({
    scopes: ['Chat.ReadWrite'],
    subject: '0c0f8a0e-3c71-4a0e-8a55-0d6a9a6f2f10',
  });
  expect(await send({ path }, other)).toMatchObject({ status: 404 });
  expect((await send({ path })).body).toEqual({ ...body, clientState: null });
  const expirationDateTime = new Date(Date.now() + 59 * 60_000).toISOString();
  expect((await sendJson('PATCH', path, { expirationDateTime })).body).toMatchObject({ expirationDateTime });
  expect(await send({ method: 'POST', path: `${path}/reauthorize` })).toMatchObject({ status: 204 });
  expect((await send({ path: '/subscriptions' })).body.value).toContainEqual(
    expect.objectContaining({ id: body.id, expirationDateTime }),
  );
  expect(await send({ method: 'DELETE', path })).toMatchObject({ status: 204 });
  expect(await send({ path })).toMatchObject({ status: 404 });
});

test('An endpoint that does not echo the token gets no subscription', async () => {
  receiver.answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('yes');
  expect(await subscribe()).toMatchObject({
    status: 400,
    body: { error: { code: 'ValidationError', message: expect.stringContaining('must exactly match') } },
  });
});

test('A batch can subscribe', async () => {
  const { body } = await sendJson('POST', '/$batch', {
    requests: [{ id: '1', method: 'GET', url: '/subscriptions' }],
  });
  expect(body.responses[0]).toMatchObject({ status: 200, body: { value: expect.any(Array) } });
});

test('A burst of changes in many chats is notified completely, and in order within each operation', async () => {
  const application = await stack.issuer.mint({ roles: ['Chat.Read.All'] });
  await subscribe({ resource: 'chats/operations' }, application);
  const statuses = ['inProgress', 'inProgress', 'succeeded'];
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const chatId = `burst-${index % 20}`;
      await createOperation(chatId, `op-${index}`);
      for (const status of statuses) await sendJson('PATCH', `${operationsPath(chatId)}/op-${index}`, { status });
      await send({ method: 'DELETE', path: `${operationsPath(chatId)}/op-${index}` });
    }),
  );
  await received(60 * 5);
  const byResource = Map.groupBy(notifications, ({ resource }) => resource);
  expect(byResource.size).toBe(60);
  for (const notified of byResource.values())
    expect([...new Map(notified.map(({ id, changeType }) => [id, changeType])).values()]).toEqual([
      'created',
      'updated',
      'updated',
      'updated',
      'deleted',
    ]);
});
