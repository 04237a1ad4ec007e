import { testContext } from '../../testing/function-cases.ts';
import type { Value } from '../values/value.ts';
import { scalarFunctions } from './catalogue.ts';

test('every function yields a value, undefined included, for arguments of every type', () => {
  const samples: Value[] = [undefined, null, true, 0, -1.5, 1e300, '', 'abc', [], [1, 'a'], {}, { type: 'Point' }];
  for (const definition of scalarFunctions.values()) {
    if (definition.summary.endsWith('only in ORDER BY RANK')) continue;
    const least = Math.max(definition.minArgs, 1);
    for (let seed = 0; seed < 300; seed++) {
      const count = Math.min(definition.maxArgs, least + (seed % 3));
      const args = Array.from(
        { length: count },
        (_, index) => samples[(seed * 7 + index * 5 + seed ** 2) % samples.length],
      );
      expect(() => definition.evaluate(args, testContext)).not.toThrow();
    }
  }
});
