import { openWorld } from './open-world.ts';
import type { Snapshot, World, WorldOptions } from './world.ts';
import { WorldError } from './world-error.ts';

type Hook = (work: () => Promise<void>) => unknown;

/** The hooks of a test runner: `vitest` as it is, or those of `node:test`. */
export interface RunnerHooks {
  readonly beforeAll: Hook;
  readonly afterEach: Hook;
  readonly afterAll: Hook;
}

export interface UseWorldOptions extends WorldOptions {
  /** What every test begins with: seeds data, and lets the app make the containers that it makes once. */
  readonly prepare?: (world: World) => Promise<unknown>;
}

/**
 * Opens one world for a file of tests, takes it back after each test, and closes it at the end.
 *
 * @param hooks default: the global ones, as Jest has them and vitest with `globals`
 * @returns a function that gives the world while tests run
 * @example
 * const world = useWorld({ app: '.' }); // Jest
 * const world = useWorld({ app: '.' }, { beforeAll: before, afterEach, afterAll: after }); // node:test
 * test('an order is stored', async () => {
 *   expect((await world().fetch('/api/orders', { method: 'POST', body: '{}' })).status).toBe(201);
 * });
 */
export function useWorld(
  { prepare, ...options }: UseWorldOptions = {},
  hooks: RunnerHooks = globalHooks(),
): () => World {
  let opened: { readonly world: World; readonly start: Snapshot } | undefined;
  hooks.beforeAll(async () => {
    const world = await openWorld(options);
    await prepare?.(world);
    opened = { world, start: await world.snapshot() };
  });
  hooks.afterEach(async () => {
    if (opened) await opened.world.restore(opened.start);
  });
  hooks.afterAll(async () => {
    await opened?.world.close();
  });
  return () => {
    if (opened) return opened.world;
    throw new WorldError('Closed', 'The world is opened before the first test of the file, and not while it is loaded');
  };
}

function globalHooks(): RunnerHooks {
  const { beforeAll, afterEach, afterAll } = globalThis as Partial<RunnerHooks>;
  if (beforeAll && afterEach && afterAll) return { beforeAll, afterEach, afterAll };
  throw new WorldError(
    'Closed',
    'This test runner has no global hooks. Pass beforeAll, afterEach and afterAll to useWorld()',
  );
}
