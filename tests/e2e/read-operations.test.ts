import { exampleWith, JSON_TYPE, operationsPath, type RawRequest } from '../support/create-operation-request.ts';
import { type HttpAnswer, sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
});

afterAll(() => stack?.close());

function send(request: RawRequest): Promise<HttpAnswer> {
  return sendRequest(`${stack.functionsUrl}/beta`, {
    ...request,
    headers: { authorization: `Bearer ${token}`, ...request.headers },
  });
}

async function create(chatId: string, changes: Record<string, unknown>): Promise<HttpAnswer> {
  const answer = await send({
    ...{ method: 'POST', path: operationsPath(chatId), headers: JSON_TYPE, body: exampleWith(changes) },
  });
  expect(answer.status).toBe(201);
  return answer;
}

describe('GET /beta/chats/{chatsId}/operations', () => {
  test('lists what was created, filtered and in order', async () => {
    await create('list', { id: 'a', status: 'failed' });
    await create('list', { id: 'b', status: 'succeeded' });
    await create('list', { id: 'c', status: 'failed', error: { code: "it's", message: null } });
    const query = "$filter=status eq 'failed'&$orderby=createdDateTime desc,id&$count=true&$top=1".replaceAll(
      ' ',
      '%20',
    );
    const { status, body } = await send({ path: `${operationsPath('list')}?${query}` });
    expect({ status, ...body }).toMatchObject({ status: 200, '@odata.count': 2, value: [{ id: 'c' }] });
    const next = new URL(body['@odata.nextLink']);
    const second = await send({ path: next.pathname.replace('/beta', '') + next.search });
    expect(second.body.value).toMatchObject([{ id: 'a' }]);
    expect(second.body['@odata.nextLink']).toBeUndefined();
  });
});
