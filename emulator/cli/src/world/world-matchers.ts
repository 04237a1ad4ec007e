import { isDeepStrictEqual } from 'node:util';
import type { WorldQueue } from './world.ts';

/** As Jest and vitest expect it. */
export interface MatchResult {
  readonly pass: boolean;
  readonly message: () => string;
}

interface ReadableContainer {
  readonly id: string;
  readonly items: { readAll(): { fetchAll(): Promise<{ readonly resources: readonly object[] }> } };
}

/**
 * Matchers for Jest and vitest.
 *
 * @example
 * expect.extend(worldMatchers);
 * await expect(world.cosmos.container('shop', 'orders')).toHaveItem({ id: '1', status: 'paid' });
 * await expect(world.queue('shipped')).toHaveMessage({ id: '1' });
 * expect(await world.invoke('onOrder', { id: '1' })).toCostAtMost(12);
 */
export const worldMatchers = {
  /** A container of `world.cosmos` has an item with at least these properties. */
  async toHaveItem(container: ReadableContainer, expected: object): Promise<MatchResult> {
    const { resources } = await container.items.readAll().fetchAll();
    return found(resources, expected, `the container '${container.id}' to have an item`);
  },
  /** A message that can be received from a `world.queue` has at least these properties, or is this text. */
  async toHaveMessage(queue: Pick<WorldQueue, 'messages'>, expected: unknown): Promise<MatchResult> {
    return found(await queue.messages(), expected, 'the queue to have a message');
  },
  /** An invocation, or a number as of `world.chargeOf`, spent no more request units. */
  toCostAtMost(spent: number | { readonly requestCharge: number }, requestUnits: number): MatchResult {
    const charge = typeof spent === 'number' ? spent : spent.requestCharge;
    const pass = charge <= requestUnits;
    return { pass, message: () => `Expected at most ${requestUnits} request units, and ${charge} were spent` };
  },
};

function found(all: readonly unknown[], expected: unknown, what: string): MatchResult {
  const pass = all.some((one) => contains(one, expected));
  const list = () => JSON.stringify(all, undefined, 2);
  return {
    pass,
    message: () => `Expected ${what} like ${JSON.stringify(expected)}${pass ? ' not' : ''}. It has ${list()}`,
  };
}

/** Whether a JSON value has at least what another has; lists are compared as a whole. */
function contains(actual: unknown, expected: unknown): boolean {
  if (!isObject(expected) || !isObject(actual)) return isDeepStrictEqual(actual, expected);
  return Object.entries(expected).every(([name, value]) => contains(actual[name], value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
