import type { ItemDefinition } from '@azure/cosmos';
import { Picker } from '../../emulator/cosmos/src/testing/corruption/corruptions.ts';

/** Their partition keys are their ids. The properties are those that `query-generator.ts` uses, and `arr` and `g`. */
export function adversarialItems(seed: number): readonly ItemDefinition[] {
  const pick = new Picker(seed);
  return Array.from({ length: ITEMS }, (_, number) => {
    const id = `adversarial${number}`;
    const size = MIN_SIZE * (MAX_SIZE / MIN_SIZE) ** ((number / (ITEMS - 1)) ** 2);
    return { id, pk: id, ...adversarialProperties(pick, size) };
  });
}

const ITEMS = 40;
/** Of one item, roughly, in characters. A quarter of them is longer than what a query reads beside others. */
const MIN_SIZE = 1_000;
const MAX_SIZE = 1_800_000;

/** Most of an item is in one of its properties. */
function adversarialProperties(pick: Picker, size: number): Record<string, unknown> {
  const small = Object.fromEntries(PROPERTIES.map((name) => [name, pick.among(SMALL_VALUES)]));
  const large = pick.among(LARGE_VALUES);
  return { ...small, arr: [1, 'a', null], g: ring(8), [pick.among(PROPERTIES)]: large(size) };
}

const PROPERTIES = ['a', 'b', 'n', 's', 't', 'o', 'l', 'arr', 'g'];

const SMALL_VALUES: readonly unknown[] = [
  null,
  -0,
  5e-324,
  1.797e308,
  2 ** 53,
  '',
  '\u0000',
  '\ud800',
  '%_[^a]',
  'e\u0301',
  [],
  {},
  [[[]]],
  { __proto__: null, constructor: 1, length: 'x', toString: null },
  JSON.parse('{"__proto__": {"a": 1}, "": 0}'),
  '9999-12-31T23:59:59.9999999Z',
];

/** Values of about this many characters as JSON. */
const LARGE_VALUES: readonly ((size: number) => unknown)[] = [
  (size) => 'a'.repeat(size),
  (size) => 'aab%_'.repeat(size / 5),
  (size) => '😀'.repeat(size / 4),
  (size) => Array.from({ length: size / 7 }, (_, n) => n),
  (size) => Array.from({ length: size / 3 }, () => 1),
  (size) => Array.from({ length: size / 14 }, (_, n) => ({ x: n, y: 'a' })),
  (size) => Array.from({ length: size / 9 }, (_, n) => [n, [n]]),
  (size) => Array.from({ length: size / 1_000 }, () => 'a'.repeat(990)),
  (size) => Object.fromEntries(Array.from({ length: size / 14 }, (_, n) => [`k${n}`, n])),
  (size) => nested(Math.min(50, size / 6)),
  (size) => ring(Math.min(4_000, size / 40)),
];

function nested(depth: number): unknown {
  return depth < 1 ? 1 : { x: [nested(depth - 1)] };
}

function ring(corners: number): unknown {
  const around = Array.from({ length: corners }, (_, n) => (n / corners) * 2 * Math.PI);
  const points = around.map((angle) => [Math.cos(angle), Math.sin(angle)]);
  return { type: 'Polygon', coordinates: [[...points, points[0]]] };
}
