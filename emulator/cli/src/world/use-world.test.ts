import { fileURLToPath } from 'node:url';
import { moduleNameMapper } from '@lazurite/functions/jest';
import { useWorld } from './use-world.ts';
import { worldMatchers } from './world-matchers.ts';

// What the mapper does for a whole configuration.
jest.mock('@azure/functions-core', () => jest.requireActual(Object.values(moduleNameMapper)[0] ?? ''), {
  virtual: true,
});

const { toHaveItem, toHaveMessage, toCostAtMost } = worldMatchers;
const app = fileURLToPath(new URL('../testing/world-app', import.meta.url));
const world = useWorld({ app, prepare: (opened) => opened.queue('seeded').send({ id: 0 }) });
const post = () => world().fetch('/api/orders', { method: 'POST', body: '{"id":"a","of":{"who":"ann","n":1}}' });
const orders = () => world().cosmos.container('shop', 'orders');

test.each([1, 2])('each test begins with the world as it was opened (%i)', async () => {
  expect((await post()).status).toBe(201);
  await world().queue('kept').send({ id: 1 });
  expect(await world().queue('kept').messages()).toHaveLength(1);
  expect(await world().queue('seeded').messages()).toEqual([{ id: 0 }]);
  await world().queue('seeded').clear();
});

test('toHaveItem() and toHaveMessage() look for what has at least the given properties', async () => {
  await post();
  await world().queue('kept').send({ id: 1, more: true });
  await world().queue('kept').send('text');
  const outcomes = [
    toHaveItem(orders(), { id: 'a', of: { who: 'ann' } }),
    toHaveItem(orders(), { id: 'a', of: { who: 'bob' } }),
    toHaveMessage(world().queue('kept'), { id: 1 }),
    toHaveMessage(world().queue('kept'), 'text'),
    toHaveMessage(world().queue('kept'), { id: 2 }),
  ];
  expect((await Promise.all(outcomes)).map(({ pass }) => pass)).toEqual([true, false, true, true, false]);
  expect((await toHaveItem(orders(), { id: 'b' })).message()).toMatch(
    /'orders' to have an item like {"id":"b"}. It has/,
  );
});

test('toCostAtMost() compares request units', async () => {
  const charge = world().chargeOf(await post());
  expect([toCostAtMost(charge, charge).pass, toCostAtMost({ requestCharge: charge }, charge - 1).pass]).toEqual([
    true,
    false,
  ]);
});

test('a runner without global hooks has to pass its own', () => {
  const { afterEach: kept } = globalThis;
  Reflect.deleteProperty(globalThis, 'afterEach');
  expect(() => useWorld()).toThrow('Pass beforeAll, afterEach and afterAll to useWorld()');
  globalThis.afterEach = kept;
  expect(useWorld({}, { beforeAll: () => 0, afterEach: () => 0, afterAll: () => 0 })).toThrow('before the first test');
});
