import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../../testing/expect-cosmos-error.ts';
import { MAX_BATCH_BYTES, readBatchRequest } from './batch-request.ts';

test('readBatchRequest() reads each type of operation', () => {
  const operations = [
    { operationType: 'Create', resourceBody: { id: '1' }, partitionKey: '["a"]' },
    { operationType: 'Upsert', resourceBody: { id: '1' }, ifMatch: '"e"' },
    { operationType: 'Read', id: '1', ifNoneMatch: '*' },
    { operationType: 'Replace', id: '1', resourceBody: { id: '1' } },
    { operationType: 'Delete', id: '1', partitionKey: '[{}]' },
    { operationType: 'Patch', id: '1', resourceBody: { operations: [] } },
  ];
  expect(readBatchRequest(operations, 100)).toEqual([
    { ...operations[0], partitionKey: ['a'] },
    operations[1],
    operations[2],
    operations[3],
    { ...operations[4], partitionKey: [undefined] },
    operations[5],
  ]);
});

test.each([
  ['no list', {}],
  ['an empty list', []],
  ['101 operations', Array(101).fill({ operationType: 'Read', id: '1' })],
  ['an operation that is no object', [1]],
  ['an unknown type', [{ operationType: 'Query', id: '1' }]],
  ['a read without id', [{ operationType: 'Read' }]],
  ['a create without body', [{ operationType: 'Create' }]],
  ['a create of a list', [{ operationType: 'Create', resourceBody: [] }]],
  ['a key that is no text', [{ operationType: 'Read', id: '1', partitionKey: ['a'] }]],
  ['a key that is no JSON', [{ operationType: 'Read', id: '1', partitionKey: 'a' }]],
  ['an ifMatch that is no text', [{ operationType: 'Read', id: '1', ifMatch: 1 }]],
])('readBatchRequest() rejects %s', (_, body) => {
  expect(cosmosErrorOf(() => readBatchRequest(body, 100)).status).toBe(400);
});

test('readBatchRequest() throws 413 above 2 MB', () => {
  const body = [{ operationType: 'Read', id: '1' }];
  expect(readBatchRequest(body, MAX_BATCH_BYTES)).toHaveLength(1);
  expect(cosmosErrorOf(() => readBatchRequest(body, MAX_BATCH_BYTES + 1)).status).toBe(413);
});

test('readBatchRequest() returns operations or throws a client error for any JSON', () => {
  const operation = fc.record(
    {
      operationType: fc.constantFrom('Create', 'Upsert', 'Read', 'Patch', 1),
      id: fc.jsonValue(),
      partitionKey: fc.jsonValue(),
      resourceBody: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(operation)), (body) =>
      expectValueOrClientError(() => readBatchRequest(body, 1)),
    ),
  );
});
