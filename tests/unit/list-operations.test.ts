import type { GraphDependencies } from '../../shared/composition/create-app.ts';
import { callGraph, graphDependencies } from '../support/call-handler.ts';
import { CHAT_ID, operationsPath } from '../support/create-operation-request.ts';
import { newOperation } from '../support/operations.ts';

let dependencies: GraphDependencies;

beforeEach(async () => {
  dependencies = graphDependencies();
  const operations = [
    newOperation({ id: 'a', status: 'succeeded', createdDateTime: '2021-05-01T00:00:00Z' }),
    newOperation({ id: 'b', status: 'failed', createdDateTime: '2021-05-02T00:00:00.5Z' }),
    newOperation({ id: 'c', status: 'notStarted', createdDateTime: '2021-05-02T00:00:00.25Z' }),
  ];
  for (const operation of operations) await dependencies.repository.create(CHAT_ID, operation);
  await dependencies.repository.create('another', newOperation({ id: 'hidden' }));
});

async function list(query = '', headers: Record<string, string> = {}) {
  const answer = await callGraph({ path: `${operationsPath()}${query && `?${query}`}`, headers }, dependencies);
  const ids = answer.body?.value?.map(({ id }: { id: string }) => id);
  return { ...answer, ids };
}

describe('ListOperations', () => {
  test('answers the operations of the chat, oldest first, with their number', async () => {
    const { status, body, ids } = await list();
    expect(status).toBe(200);
    expect(ids).toEqual(['a', 'c', 'b']);
    expect(body['@odata.count']).toBe(3);
    expect(body['@odata.context']).toBe(
      "https://graph.example/beta/$metadata#chats('19%3Ac253a29b5f694b55a6baad8e83510af7%40thread.v2')/operations",
    );
    expect(body['@odata.nextLink']).toBeUndefined();
  });

  test.each([
    ["$filter=status eq 'failed'", ['b']],
    ["$filter=status gt 'notStarted'", ['a', 'b']],
    ["%24filter=status%20in%20('failed','succeeded')&$orderby=status desc", ['b', 'a']],
    ['filter=createdDateTime gt 2021-05-02T00:00:00.3Z', ['b']],
    ['$orderby=id desc', ['c', 'b', 'a']],
    ['$skip=1', ['c', 'b']],
    ['$search=%22A%22 OR c', ['a', 'c']],
  ])('answers ?%s', async (query, expected) => {
    expect((await list(query)).ids).toEqual(expected);
  });

  test('leads through all pages by next links', async () => {
    const first = await list('$top=1&$orderby=createdDateTime desc&$skip=1');
    expect(first.ids).toEqual(['c']);
    const next: string = first.body['@odata.nextLink'];
    expect(next).toMatch(/^https:\/\/graph\.example\/beta\/chats\/.*\$skiptoken=/);
    const second = await callGraph({ path: next }, dependencies);
    expect(second.body.value).toMatchObject([{ id: 'a' }]);
    expect(second.body['@odata.nextLink']).toBeUndefined();
  });
});
