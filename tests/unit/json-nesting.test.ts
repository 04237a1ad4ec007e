import fc from 'fast-check';
import { nestingExceeds } from '../../shared/graph-http/request/message.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('nestingExceeds()', () => {
  test('agrees with the depth of any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(6), (value, limit) => {
        const padding = ' '.repeat(10); // short texts are not even scanned
        expect(nestingExceeds(padding + JSON.stringify(value, null, 1), limit)).toBe(depthOf(value) > limit);
      }),
    );
  });

  test('does not count brackets inside strings', () => {
    expect(nestingExceeds(JSON.stringify(['[[[[\\"[[[[', '{"', '\\']), 1)).toBe(false);
  });

  test.each(['['.repeat(100_000), `"${'['.repeat(100_000)}`, '"\\'.repeat(1_000_000)])(
    'ends on text that is no JSON',
    (text) => {
      expect(typeof nestingExceeds(text, 128)).toBe('boolean');
    },
  );
});
