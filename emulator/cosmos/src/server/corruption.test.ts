import { corruptStores } from '../testing/corruption/corrupt-stores.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';

/** `scripts/attack/corruptions.ts` does 200 of them. */
const ROUNDS = 10;

test('a corrupted store is rejected, or serves what was acknowledged', async () => {
  const directory = makeDataDirectory();
  const outcomes = await corruptStores({ directory: directory.path, seed: 11, rounds: ROUNDS, items: 12 });
  expect(outcomes.filter(({ faults }) => faults.length > 0)).toEqual([]);
  expect(outcomes.filter(({ result }) => result === 'rejected').length).toBeGreaterThan(1);
  directory.remove();
});
