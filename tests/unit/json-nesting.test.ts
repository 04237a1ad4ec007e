import fc from 'fast-check';
import { countNames } from '../../shared/graph-http/request/message.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, inner) => sum + namesIn(inner), own);
}

describe('countNames()', () => {
  test('agrees with the depth of any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(6), (value, limit) => {
        expect(countNames(JSON.stringify(value, null, 1), limit) === null).toBe(depthOf(value) > limit);
      }),
    );
  });

  test('counts the names in any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(countNames(JSON.stringify(value), 128)).toBe(namesIn(value));
      }),
    );
  });

  test('does not count brackets inside strings', () => {
    expect(countNames(JSON.stringify(['[[[[\\"[[[[', '{"', '\\']), 1) === null).toBe(false);
  });

  test.each<[string, number | null]>([
    ['['.repeat(100_000), null],
    [`"${'['.repeat(100_000)}`, 0],
    ['"\\'.repeat(1_000_000), 0],
  ])('ends on text that is no JSON', (text, expected) => {
    expect(countNames(text, 128)).toBe(expected);
  });
});
