import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../../testing/expect-cosmos-error.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { PartitionKeyDefinition } from '../partition-key/partition-key.ts';
import { applyPatch } from './patch.ts';
import { readPatchRequest } from './patch-request.ts';

const key: PartitionKeyDefinition = { paths: ['/pk'], kind: 'Hash', version: 2 };
const nestedKey: PartitionKeyDefinition = { paths: ['/tenant/id'], kind: 'Hash', version: 2 };

function patch(document: JsonObject, ...operations: object[]): JsonObject {
  return applyPatch(document, readPatchRequest(operations, key).operations);
}

test.each([
  ['add sets a new member', {}, { op: 'add', path: '/a', value: 1 }, { a: 1 }],
  ['add exchanges a member', { a: 0 }, { op: 'add', path: '/a', value: [1] }, { a: [1] }],
  ['add inserts before an index', { a: [1, 3] }, { op: 'add', path: '/a/1', value: 2 }, { a: [1, 2, 3] }],
  ['add inserts at the end by index', { a: [1] }, { op: 'add', path: '/a/1', value: 2 }, { a: [1, 2] }],
  ['add appends with -', { a: [1] }, { op: 'add', path: '/a/-', value: 2 }, { a: [1, 2] }],
  ['add treats - as a name in an object', { a: {} }, { op: 'add', path: '/a/-', value: 2 }, { a: { '-': 2 } }],
  ['add stores null', {}, { op: 'add', path: '/a', value: null }, { a: null }],
  ['set creates a member', { a: {} }, { op: 'set', path: '/a/b', value: 1 }, { a: { b: 1 } }],
  ['set exchanges an element', { a: [1, 2] }, { op: 'set', path: '/a/0', value: 9 }, { a: [9, 2] }],
  ['set reaches into an element', { a: [{ b: 1 }] }, { op: 'set', path: '/a/0/b', value: 2 }, { a: [{ b: 2 }] }],
  ['set appends with -', { a: [1] }, { op: 'set', path: '/a/-', value: 2 }, { a: [1, 2] }],
  ['replace exchanges a member', { a: 1 }, { op: 'replace', path: '/a', value: 2 }, { a: 2 }],
  ['replace exchanges a null', { a: null }, { op: 'replace', path: '/a', value: 2 }, { a: 2 }],
  ['replace exchanges an element', { a: [1, 2] }, { op: 'replace', path: '/a/1', value: 3 }, { a: [1, 3] }],
  ['remove drops a member', { a: 1, b: 2 }, { op: 'remove', path: '/a' }, { b: 2 }],
  ['remove drops an element', { a: [1, 2, 3] }, { op: 'remove', path: '/a/1' }, { a: [1, 3] }],
  ['incr adds', { a: 1 }, { op: 'incr', path: '/a', value: 2 }, { a: 3 }],
  ['incr subtracts', { a: 1.5 }, { op: 'incr', path: '/a', value: -2 }, { a: -0.5 }],
  ['incr creates', {}, { op: 'incr', path: '/a', value: 2 }, { a: 2 }],
  ['incr changes an element', { a: [1] }, { op: 'incr', path: '/a/0', value: 2 }, { a: [3] }],
  ['move renames', { a: 1 }, { op: 'move', from: '/a', path: '/b' }, { b: 1 }],
  ['move exchanges its target', { a: 1, b: 2 }, { op: 'move', from: '/a', path: '/b' }, { b: 1 }],
  ['move inserts into an array', { a: 1, b: [2] }, { op: 'move', from: '/a', path: '/b/0' }, { b: [1, 2] }],
  ['move takes a subtree up', { a: { b: { c: 1 } } }, { op: 'move', from: '/a/b', path: '/a' }, { a: { c: 1 } }],
  ['~1 is a slash in a name', { 'a/b': 1 }, { op: 'replace', path: '/a~1b', value: 2 }, { 'a/b': 2 }],
  ['~0 is a tilde in a name', { '~1': 1 }, { op: 'replace', path: '/~01', value: 2 }, { '~1': 2 }],
  ['operation names ignore letter case', {}, { op: 'Add', path: '/a', value: 1 }, { a: 1 }],
  ['a member may be named __proto__', {}, { op: 'add', path: '/__proto__', value: 1 }, JSON.parse('{"__proto__":1}')],
])('%s', (_, before, operation, after) => {
  expect(JSON.stringify(patch(before, operation))).toBe(JSON.stringify(after));
});

test.each([
  ['add below a missing parent', {}, { op: 'add', path: '/a/b', value: 1 }],
  ['add below a scalar', { a: 1 }, { op: 'add', path: '/a/b', value: 1 }],
  ['add past the end of an array', { a: [] }, { op: 'add', path: '/a/1', value: 1 }],
  ['add at an index with leading zero', { a: [1, 2] }, { op: 'add', path: '/a/01', value: 1 }],
  ['set past the end of an array', { a: [1] }, { op: 'set', path: '/a/1', value: 1 }],
  ['set below a missing parent', {}, { op: 'set', path: '/a/b', value: 1 }],
  ['replace of nothing', {}, { op: 'replace', path: '/a', value: 1 }],
  ['replace past the end of an array', { a: [1] }, { op: 'replace', path: '/a/1', value: 1 }],
  ['replace at -', { a: [1] }, { op: 'replace', path: '/a/-', value: 1 }],
  ['replace of an inherited property', {}, { op: 'replace', path: '/toString', value: 1 }],
  ['remove of nothing', {}, { op: 'remove', path: '/a' }],
  ['remove past the end of an array', { a: [1] }, { op: 'remove', path: '/a/1' }],
  ['incr of a text', { a: '1' }, { op: 'incr', path: '/a', value: 1 }],
  ['incr of null', { a: null }, { op: 'incr', path: '/a', value: 1 }],
  ['incr past the end of an array', { a: [] }, { op: 'incr', path: '/a/0', value: 1 }],
  ['incr below a missing parent', {}, { op: 'incr', path: '/a/b', value: 1 }],
  ['incr beyond the largest number', { a: Number.MAX_VALUE }, { op: 'incr', path: '/a', value: Number.MAX_VALUE }],
  ['move of nothing', {}, { op: 'move', from: '/a', path: '/b' }],
  ['move into itself', { a: { b: 1 } }, { op: 'move', from: '/a', path: '/a/c' }],
  ['move below a missing parent', { a: 1 }, { op: 'move', from: '/a', path: '/b/c' }],
])('%s answers 400 naming the operation', (_, before, operation) => {
  const error = cosmosErrorOf(() => patch(before, { op: 'add', path: '/first', value: 1 }, operation));
  expect(error.status).toBe(400);
  expect(error.message).toContain('For Operation(2): ');
});

test('applyPatch() applies the operations in order and leaves the document as it was', () => {
  const before = { a: [1], b: { c: 1 } };
  const copy = structuredClone(before);
  const after = patch(
    before,
    { op: 'add', path: '/a/-', value: 2 },
    { op: 'incr', path: '/a/1', value: 5 },
    { op: 'remove', path: '/b/c' },
  );
  expect(after).toEqual({ a: [1, 7], b: {} });
  expect(before).toEqual(copy);
});

describe('readPatchRequest()', () => {
  test('reads a condition and the bare form', () => {
    const operations = [{ op: 'remove', path: '/a' }];
    const condition = 'from c where c.a = 1';
    expect(readPatchRequest({ condition, operations }, key)).toEqual({
      condition,
      operations: [{ op: 'remove', path: ['a'] }],
    });
    expect(readPatchRequest(operations, key)).toEqual({ operations: [{ op: 'remove', path: ['a'] }] });
  });

  test.each([
    ['a text', 'x'],
    ['no operations', {}],
    ['an empty list', []],
    ['eleven operations', Array(11).fill({ op: 'remove', path: '/a' })],
    ['an unknown operation', [{ op: 'copy', path: '/a', from: '/b' }]],
    ['a missing path', [{ op: 'remove' }]],
    ['an empty path', [{ op: 'remove', path: '' }]],
    ['the root', [{ op: 'remove', path: '/' }]],
    ['a path without slash', [{ op: 'remove', path: 'a' }]],
    ['a lone tilde', [{ op: 'remove', path: '/a~2' }]],
    ['a path of 129 names', [{ op: 'remove', path: '/a'.repeat(129) }]],
    ['a missing value', [{ op: 'add', path: '/a' }]],
    ['an incr by a text', [{ op: 'incr', path: '/a', value: '1' }]],
    ['a move without from', [{ op: 'move', path: '/a' }]],
    ['the id', [{ op: 'set', path: '/id', value: 'x' }]],
    ['a system property', [{ op: 'remove', path: '/_ts' }]],
    ['the partition key', [{ op: 'set', path: '/pk', value: 'x' }]],
    ['a move of the partition key', [{ op: 'move', from: '/pk', path: '/a' }]],
    ['a condition that is no text', { condition: 1, operations: [{ op: 'remove', path: '/a' }] }],
  ])('rejects %s', (_, body) => {
    expect(cosmosErrorOf(() => readPatchRequest(body, key)).status).toBe(400);
  });

  test('rejects what lies above a nested partition key, and takes its neighbour', () => {
    expect(cosmosErrorOf(() => readPatchRequest([{ op: 'remove', path: '/tenant' }], nestedKey)).status).toBe(400);
    expect(() => readPatchRequest([{ op: 'remove', path: '/tenant/name' }], nestedKey)).not.toThrow();
  });
});

test('any patch of any document gives a document or 400', () => {
  const pointer = fc
    .array(fc.constantFrom('a', 'b', '0', '1', '-', '', '~0', '~'), { maxLength: 4 })
    .map((parts) => parts.map((part) => `/${part}`).join(''));
  const operation = fc.record(
    {
      op: fc.constantFrom('add', 'set', 'replace', 'remove', 'incr', 'move', 'x'),
      path: pointer,
      from: pointer,
      value: fc.jsonValue({ maxDepth: 1 }),
    },
    { requiredKeys: ['op'] },
  );
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '-'), tie('node')),
    ),
  })).node;
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b'), tree),
      fc.array(operation, { maxLength: 11 }),
      (document, operations) => {
        const before = JSON.stringify(document);
        expectValueOrClientError(() => isJsonObject(document) && patch(document, ...operations));
        expect(JSON.stringify(document)).toBe(before);
      },
    ),
    { numRuns: 500 },
  );
});
