import fc from 'fast-check';
import type { DeliveryStore } from '../../shared/domain/notifications/delivery/delivery-store.ts';
import type { OperationChange } from '../../shared/domain/notifications/operation-change.ts';
import type { SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import { answered, type DeliveryWorld, newDeliveryWorld, TIMED_OUT } from '../support/delivery-world.ts';

interface FaultyWorld {
  readonly world: DeliveryWorld;
  readonly key: SubscriptionKey;
  /** How the receiver answers; 0: not at all. */
  status: number;
  /** Of each operation. */
  readonly revisions: number[];
  /** The process dies at the write after so many; null: not at all. */
  death: { inWrites: number; readonly isWritten: boolean } | null;
  /** What the receiver took, as it came. */
  readonly taken: OperationChange[];
}

type Step = (faulty: FaultyWorld) => unknown;

/** What can happen next, in any order. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 0, max: 2 }).map(
    (operation): Step =>
      (faulty) =>
        change(faulty, operation),
  ),
  fc.integer({ min: 1, max: 3 }).map(
    (times): Step =>
      ({ world, key }) =>
        Promise.allSettled(Array.from({ length: times }, () => world.deliver(key))),
  ),
  fc.integer({ min: 1, max: 90 }).map(
    (seconds): Step =>
      ({ world }) =>
        world.passTime(seconds * 1_000).catch(() => null),
  ),
  fc.constantFrom(202, 202, 500, 0).map(
    (status): Step =>
      (faulty) =>
        Object.assign(faulty, { status }),
  ),
  fc.record({ inWrites: fc.integer({ min: 0, max: 3 }), isWritten: fc.boolean() }).map(
    (death): Step =>
      (faulty) =>
        Object.assign(faulty, { death: { ...death } }),
  ),
);

test('Whatever fails and dies, every change is taken at least once, for the first time in order', async () => {
  const steps = fc.array(step, { minLength: 5, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom('graph', 'cloudEvents'), async (chosen, format) => {
      const faulty = await newFaultyWorld(format);
      for (const next of chosen) await next(faulty);
      Object.assign(faulty, { status: 202, death: null });
      await faulty.world.passTime(30 * 60_000);
      for (const [operation, last] of faulty.revisions.entries())
        expect(firstTimes(faulty, operation)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    }),
    { numRuns: 300 },
  );
});

function change({ world, revisions }: FaultyWorld, operation: number): void {
  const revision = (revisions[operation] ?? 0) + 1;
  revisions[operation] = revision;
  world.change({ operationId: `op-${operation}`, revision });
}

function firstTimes({ taken }: FaultyWorld, operation: number): number[] {
  const revisions = taken
    .filter(({ operationId }) => operationId === `op-${operation}`)
    .map(({ revision }) => revision);
  return [...new Set(revisions)];
}

async function newFaultyWorld(format: 'graph' | 'cloudEvents'): Promise<FaultyWorld> {
  const world = newDeliveryWorld();
  const key = await world.subscribe({ format });
  const faulty: FaultyWorld = { world, key, status: 202, revisions: [0, 0, 0], death: null, taken: [] };
  // The messages of this test are the changes themselves.
  const toMessage = (changes: readonly OperationChange[]) => ({
    contentType: '',
    body: JSON.stringify(changes),
    changes,
  });
  Object.assign(world.dependencies, {
    format: {
      ...world.dependencies.format,
      ofChanges: (_subscription: unknown, changes: readonly OperationChange[]) =>
        format === 'graph' ? [toMessage(changes)] : changes.map((it) => toMessage([it])),
    },
  });
  world.answer = ({ body }) => {
    if (faulty.status === 202) faulty.taken.push(...JSON.parse(body));
    return faulty.status === 0 ? TIMED_OUT : answered(faulty.status);
  };
  letDie(faulty);
  return faulty;
}

/** Before the write, or after it and before it is known. */
function letDie(faulty: FaultyWorld): void {
  const { store } = faulty.world;
  const save = store.save.bind(store);
  const dyingSave = async (...args: Parameters<DeliveryStore['save']>) => {
    const { death } = faulty;
    if (!death || death.inWrites-- > 0) return save(...args);
    faulty.death = null;
    if (death.isWritten) await save(...args);
    throw new Error('killed');
  };
  Object.assign(store, { save: dyingSave });
}
