import type { JsonValue } from '../../model/json.ts';
import { runQuery } from '../../testing/run-query.ts';
import { DEFAULT_WORK_LIMITS } from './work-limit.ts';

test('a query reads no more documents than it needs', () => {
  let read = 0;
  function* documents(): Iterable<JsonValue> {
    for (;;) yield { n: read++ };
  }
  expect(runQuery('SELECT TOP 3 VALUE c.n FROM c WHERE c.n % 2 = 1', documents())).toEqual([1, 3, 5]);
  expect(read).toBe(6);
});

test('sorted input is not read to the end', () => {
  let read = 0;
  function* documents(): Iterable<JsonValue> {
    for (;;) yield { n: read++ };
  }
  const query = 'SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n';
  expect(runQuery(query, documents(), {}, { sortedInput: true })).toEqual([0, 1]);
  expect(read).toBe(2);
});

test('ORDER BY with TOP gives the first rows of the whole order, equal ones as they came', () => {
  const documents = Array.from({ length: 5_000 }, (_, n) => ({ n, key: (n * 7919) % 10 }));
  const sorted = runQuery('SELECT VALUE c.n FROM c ORDER BY c.key DESC', documents);
  expect(runQuery('SELECT TOP 700 VALUE c.n FROM c ORDER BY c.key DESC', documents)).toEqual(sorted.slice(0, 700));
  expect(sorted.slice(0, 2)).toEqual(
    documents
      .filter(({ key }) => key === 9)
      .map(({ n }) => n)
      .slice(0, 2),
  );
});

test.each([
  ['rowsRead', 'SELECT VALUE 1 FROM c JOIN x IN c.a JOIN y IN c.a JOIN z IN c.a'],
  ['rowsHeld', 'SELECT VALUE x FROM c JOIN x IN c.a ORDER BY c.id'],
  ['rowsHeld', 'SELECT DISTINCT VALUE x FROM c JOIN x IN c.a'],
  ['rowsHeld', 'SELECT VALUE COUNT(1) FROM c JOIN x IN c.a GROUP BY x'],
] as const)('a query beyond the limit of %s is stopped with a 400: %s', (limit, text) => {
  const documents = [{ a: Array.from({ length: 100 }, (_, n) => n) }];
  const limits = { ...DEFAULT_WORK_LIMITS, [limit]: 50 };
  expect(() => runQuery(text, documents, {}, { limits })).toThrow(expect.objectContaining({ status: 400 }));
});

test('a query that runs out of time ends with a 408', () => {
  let looks = 0;
  const limits = { ...DEFAULT_WORK_LIMITS, isExpired: () => ++looks > 2 };
  function* documents(): Iterable<JsonValue> {
    for (;;) yield {};
  }
  expect(() => runQuery('SELECT VALUE 1 FROM c WHERE c.none', documents(), {}, { limits })).toThrow(
    expect.objectContaining({ status: 408 }),
  );
  expect(looks).toBe(3);
});
