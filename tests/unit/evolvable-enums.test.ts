import type { GraphDependencies } from '../../shared/composition/create-app.ts';
import { callGraph, graphDependencies } from '../support/call-handler.ts';
import { CHAT_ID, exampleWith, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { newOperation } from '../support/operations.ts';

const PREFER = { prefer: 'include-unknown-enum-members' };
let dependencies: GraphDependencies;

beforeEach(async () => {
  dependencies = graphDependencies({ evolvableEnums: 'strict' });
  const types = ['createChat', 'createTeam', 'createChannel'] as const;
  for (const [index, operationType] of types.entries())
    await dependencies.repository.create(CHAT_ID, newOperation({ id: String(index), operationType }));
});

const itemPath = `${operationsPath()}/0`;

async function list(query: string, headers = {}) {
  const { body } = await callGraph({ path: `${operationsPath()}?${query}`, headers }, dependencies);
  return body.value.map(({ id, operationType }: Record<string, string>) => [id, operationType]);
}

describe('EVOLVABLE_ENUMS=strict', () => {
  test('shows later members as unknownFutureValue', async () => {
    const { body, headers } = await callGraph({ path: itemPath }, dependencies);
    expect(body.operationType).toBe('unknownFutureValue');
    expect(headers.get('preference-applied')).toBeNull();
  });

  test('shows them to who asks for them', async () => {
    const { body, headers } = await callGraph({ path: itemPath, headers: PREFER }, dependencies);
    expect(body.operationType).toBe('createChat');
    expect(headers.get('preference-applied')).toBe('include-unknown-enum-members');
  });

  test('sorts by the numbers, then masks', async () => {
    const order = '$orderby=operationType desc';
    expect(await list(order)).toEqual([
      ['0', 'unknownFutureValue'],
      ['2', 'unknownFutureValue'],
      ['1', 'createTeam'],
    ]);
    expect((await list(order, PREFER))[0]).toEqual(['0', 'createChat']);
  });

  test('filters what is masked by unknownFutureValue', async () => {
    expect(await list("$filter=operationType eq 'unknownFutureValue'&$orderby=id")).toHaveLength(2);
    expect(await list("$filter=operationType eq 'unknownFutureValue'", PREFER)).toEqual([]);
  });

  test.each([
    ['createChat', {}, 400],
    ['createChat', PREFER, 201],
    ['unknownFutureValue', {}, 400],
    ['unknownFutureValue', PREFER, 400],
    ['createTeam', {}, 201],
  ])('answers POST of %s with %j: %i', async (operationType, headers, status) => {
    const body = exampleWith({ operationType });
    const request = { method: 'POST', path: operationsPath(), headers: { ...JSON_TYPE, ...headers }, body };
    expect((await callGraph(request, dependencies)).status).toBe(status);
  });

  test.each([
    ['createChannel', {}, 400, 'createChat'],
    ['createChannel', PREFER, 200, 'createChannel'],
    ['unknownFutureValue', {}, 200, 'createChat'],
    ['unknownFutureValue', PREFER, 200, 'createChat'],
  ])('answers PATCH of %s with %j: %i', async (operationType, headers, status, stored) => {
    const body = JSON.stringify({ operationType });
    const request = { method: 'PATCH', path: itemPath, headers: { ...JSON_TYPE, ...headers }, body };
    expect((await callGraph(request, dependencies)).status).toBe(status);
    expect((await dependencies.repository.get(CHAT_ID, '0'))?.operation.operationType).toBe(stored);
  });
});
