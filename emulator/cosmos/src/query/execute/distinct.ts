import type { Frame } from '../compile/compilation.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import type { Value } from '../values/value.ts';
import { PAUSE, type Pause } from './pause.ts';

/** The rows without those that equal an earlier one. */
export function* distinctRows(rows: Iterable<Value | Pause>, frame: Frame): Iterable<Value | Pause> {
  const seen = new Set<string>();
  try {
    for (const row of rows) {
      if (row === PAUSE) {
        yield PAUSE;
        continue;
      }
      const key = canonicalKey(row);
      if (seen.has(key)) continue;
      seen.add(key);
      frame.work.hold();
      yield row;
    }
  } finally {
    frame.work.release(seen.size);
  }
}
