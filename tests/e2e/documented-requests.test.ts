import { CHAT_ID, JSON_TYPE, operationsPath, type RawRequest } from '../support/create-operation-request.ts';
import {
  CHANGED_OPERATIONS,
  CREATE_CHAT_OPERATION,
  DOCUMENTED_REQUESTS,
  type DocumentedRequest,
  LISTED_CHAT,
  LISTED_OPERATIONS,
} from '../support/documented-requests.ts';
import { type HttpResponse, sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
  for (const operation of [CREATE_CHAT_OPERATION, ...CHANGED_OPERATIONS]) await create(CHAT_ID, operation);
  for (const operation of LISTED_OPERATIONS) await create(LISTED_CHAT, operation);
});
afterAll(() => stack?.close());

function send(request: RawRequest): Promise<HttpResponse> {
  const headers = { authorization: `Bearer ${token}`, ...request.headers };
  return sendRequest(`${stack.functionsUrl}/beta`, { ...request, headers });
}

async function create(chatId: string, operation: object): Promise<void> {
  const body = JSON.stringify(operation);
  const answer = await send({ method: 'POST', path: operationsPath(chatId), headers: JSON_TYPE, body });
  expect(answer.status).toBe(201);
}

describe.each(DOCUMENTED_REQUESTS)('the %s', (_client, requests) => {
  test.each(requests)('$title', async ({ answer, targets, ...request }: DocumentedRequest) => {
    const got = await send(request);
    expect(got).toMatchObject(answer);
    if (targets) {
      const details: readonly { readonly target: string }[] = got.body.error.details;
      expect(details.map(({ target }) => target).sort()).toEqual([...targets].sort());
    }
    const sent = request.headers?.['client-request-id'];
    if (sent !== undefined) expect(got.headers.get('client-request-id')).toBe(sent);
  });
});

describe('the documented operation', () => {
  test('is answered in the order and with the context of the documentation', async () => {
    const { body } = await send({ path: `/chats/${CHAT_ID}/operations/${CREATE_CHAT_OPERATION.id}` });
    const names = Object.keys(body).filter((name) => !name.startsWith('@'));
    expect(names).toEqual(Object.keys(CREATE_CHAT_OPERATION));
    const key = '19%3Ac253a29b5f694b55a6baad8e83510af7%40thread.v2';
    const context = `${stack.functionsUrl}/beta/$metadata#chats('${key}')/operations/$entity`;
    expect(body['@odata.context']).toBe(context);
  });

  test.each(['$skiptoken', '$skipToken', '%24skiptoken', 'skiptoken'])('is on a page named with %s', async (name) => {
    const first = await send({ path: `/chats/${LISTED_CHAT}/operations?$orderby=id&$top=3` });
    const link = new URL(first.body['@odata.nextLink']);
    const query = link.search.replace(/(?:\$|%24)skiptoken/i, name);
    const next = await send({ path: `/chats/${LISTED_CHAT}/operations${query}`, headers: { accept: '*/*' } });
    expect(next).toMatchObject({ status: 200, body: { value: [{ id: 'x-4' }] } });
  });
});
