import { JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { itemPath, useGraph } from '../support/graph.ts';

const { create, list, patch, send, stack } = useGraph();
const accept = (level: string) => ({ accept: `application/json;odata.metadata=${level}` });
const isControl = (name: string) => name.includes('@');

describe('odata.metadata=none', () => {
  test('leaves out what a client that knows the types can do without', async () => {
    const created = await create('none', { error: { code: 'a', message: 'b' } }, accept('none'));
    expect(Object.keys(created.body).filter(isControl)).toEqual([]);
    expect(created.body.error).toEqual({ code: 'a', message: 'b' });
    expect(created.headers.get('content-type')).toContain('odata.metadata=none');
    const path = itemPath('none', created.body.id);
    expect((await send({ path, headers: accept('none') })).body).toEqual(created.body);
    const patched = await patch(path, { attemptsCount: 7 }, accept('none'));
    expect(Object.keys(patched.body).filter(isControl)).toEqual([]);
  });

  test('keeps the count and the link to the next page', async () => {
    for (const id of ['a', 'b']) await create('none pages', { id });
    const { body } = await list('none pages', '$top=1&$count=true&$orderby=id', accept('none'));
    expect(body).toMatchObject({ '@odata.count': 2, value: [{ id: 'a' }] });
    expect(Object.keys(body).filter(isControl)).toEqual(['@odata.count', '@odata.nextLink']);
    expect(Object.keys(body.value[0]).filter(isControl)).toEqual([]);
    const next = await send({ path: body['@odata.nextLink'], headers: accept('none') });
    expect(next.body).toMatchObject({ value: [{ id: 'b' }] });
  });
});

describe('odata.metadata=full', () => {
  test('tells where an operation is, and the types that JSON does not', async () => {
    await create("fu'll", { id: 'a b', values: 'x' });
    const path = itemPath("fu'll", 'a b');
    const { body, headers } = await send({ path, headers: accept('full') });
    expect(headers.get('content-type')).toContain('odata.metadata=full');
    expect(body).toMatchObject({
      '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
      '@odata.id': `${stack().functionsUrl}/beta/chats('fu''ll')/operations('a%20b')`,
      '@odata.editLink': "chats('fu''ll')/operations('a%20b')",
      'operationType@odata.type': '#microsoft.graph.teamsAsyncOperationType',
      'status@odata.type': '#microsoft.graph.teamsAsyncOperationStatus',
      'createdDateTime@odata.type': '#DateTimeOffset',
      'lastActionDateTime@odata.type': '#DateTimeOffset',
    });
    expect(Object.keys(body)).not.toContain('attemptsCount@odata.type');
    expect((await send({ path: body['@odata.id'] })).body).toMatchObject({ id: 'a b', values: 'x' });
  });

  test('tells it of operations in a list, and of those properties alone that are selected', async () => {
    await create('full', { id: 'one' });
    const { body } = await list('full', '$select=status&$format=application/json;odata.metadata=full');
    expect(body.value).toEqual([
      {
        '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
        '@odata.id': `${stack().functionsUrl}/beta/chats('full')/operations('one')`,
        '@odata.etag': expect.stringMatching(/^W\/"/),
        '@odata.editLink': "chats('full')/operations('one')",
        'status@odata.type': '#microsoft.graph.teamsAsyncOperationStatus',
        status: 'inProgress',
      },
    ]);
  });
});

test('$format is rejected where it is none that is spoken', async () => {
  const path = `${operationsPath('formats')}?$format=atom`;
  for (const request of [{ path }, { method: 'POST', path, headers: JSON_TYPE, body: '{}' }]) {
    const { status, body } = await send(request);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining("Invalid value 'atom' for $format")]);
  }
  expect((await send({ path: `${operationsPath('formats')}?$format=json` })).status).toBe(200);
});
