import fc from 'fast-check';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import { openDatabase } from '../../store/sqlite/open-database.ts';
import { SqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { ChangeFeedWorld, type Seen, type Step } from '../../testing/change-feed-world.ts';
import { makeDataDirectory } from '../../testing/data-directory.ts';

const id = fc.nat({ max: 5 });
const pk = fc.nat({ max: 5 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), ids: fc.tuple(id), pk }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('write' as const), ids: fc.uniqueArray(id), pk }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), id, pk }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('read' as const), maxItemCount: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
  ),
  { maxLength: 80 },
);

const directory = makeDataDirectory();
let opened = 0;
afterAll(() => directory.remove());

describe.each([
  ['in memory', () => new MemoryStore(), 150],
  ['on disk', () => new SqliteStore(openDatabase(`${directory.path}/${opened++}`)), 25],
])('the change feed %s, with writers and readers at once', (_, openStore, numRuns) => {
  it('shows every item at its last version and no version twice, in the order of the LSNs', async () => {
    const property = fc.asyncProperty(steps, async (plan) => {
      const world = await ChangeFeedWorld.open(openStore(), 'latestVersion');
      await world.play(plan);
      const last = new Map(world.written.map(({ key, version }) => [key, version]));
      const shown = new Map(world.seen.map(({ key, version }) => [key, version]));
      for (const [key, version] of last) if (version !== undefined) expect(shown.get(key)).toBe(version);
      expect(new Set(world.seen.map(({ version }) => version)).size).toBe(world.seen.length);
      expectOrdered(world.seen);
      world.close();
    });
    await fc.assert(property, { numRuns });
  });

  it('of all versions shows each write and delete once, in the order in which they were made', async () => {
    const property = fc.asyncProperty(steps, async (plan) => {
      const world = await ChangeFeedWorld.open(openStore(), 'allVersionsAndDeletes');
      await world.play(plan);
      expect(byKey(world.seen)).toEqual(byKey(world.written));
      expectOrdered(world.seen);
      world.close();
    });
    await fc.assert(property, { numRuns });
  });
});

/** The versions of each item, in the order given. */
function byKey(changes: readonly { readonly key: string; readonly version?: number }[]): object {
  const keys = [...new Set(changes.map(({ key }) => key))].sort();
  const versionsOf = (wanted: string) => changes.filter(({ key }) => key === wanted).map(({ version }) => version);
  return Object.fromEntries(keys.map((key) => [key, versionsOf(key)]));
}

function expectOrdered(seen: readonly Seen[]): void {
  for (const range of [0, 1, 2]) {
    const lsns = seen.filter((one) => one.range === range).map(({ lsn }) => lsn);
    expect(lsns).toEqual(lsns.toSorted((left, right) => left - right));
  }
}
