import type { Aggregator } from '../functions/aggregates.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/operators.ts';
import type { Value } from '../values/value.ts';
import { type Evaluate, type EvaluationFrame, type Prelude, YIELD, type Yield } from './evaluation-frame.ts';
import { stepsToCompare } from './sort.ts';
import { sortInSteps } from './sort-in-steps.ts';

/** An aggregate of a select list. */
export interface CompiledAggregate {
  readonly slot: number;
  readonly argument: Evaluate;
  /** Whether its state grows with the values. */
  readonly keepsValues: boolean;
  start(): Aggregator;
}

export interface Grouping {
  /** Undefined: all rows are one group, which exists even when there are none. */
  readonly keys: readonly Evaluate[] | undefined;
  readonly aggregates: readonly CompiledAggregate[];
  /** Whether the rows come of documents, which the groups keep in memory. */
  readonly holdsDocuments: boolean;
  /** Whether the reader of the groups understands `YIELD`. */
  readonly yields: boolean;
}

interface Group {
  /** The value of its only key; undefined when there are several. */
  readonly key: Value;
  /** The values in scope for the group's first row, for what is selected besides aggregates. */
  readonly slots: readonly Value[];
  readonly aggregators: readonly Aggregator[];
}

/**
 * Reads all rows, then yields once per group, with the values of its first row and its aggregates in the frame. Groups of one key
 * come in its order, those of several keys in the order of their first rows. Source: the results of "GROUP BY", Cosmos DB query
 * reference.
 */
export function* groupedTuples(
  rows: Iterable<Yield | undefined>,
  grouping: Grouping,
  frame: EvaluationFrame,
): Iterable<Yield | undefined> {
  const groups = new Map<string, Group>();
  const bytes = yield* readGroups(rows, grouping, { frame, groups });
  try {
    for (const { slots, aggregators } of yield* inOrder([...groups.values()], grouping, frame)) {
      for (const [slot, value] of slots.entries()) frame.slots[slot] = value;
      for (const [index, { slot }] of grouping.aggregates.entries())
        frame.aggregates[slot] = aggregators[index]?.result();
      yield undefined;
      frame.work.charge(slots.length + grouping.aggregates.length);
      if (grouping.yields && frame.work.isYieldDue()) yield YIELD;
    }
  } finally {
    frame.work.release(groups.size, bytes);
  }
}

function* inOrder(
  groups: Group[],
  { keys, yields }: Grouping,
  frame: EvaluationFrame,
): Generator<Yield, readonly Group[]> {
  if (keys?.length !== 1 || groups.length < 2) return groups;
  const { work } = frame;
  return yield* sortInSteps(groups, {
    compare: (left, right) => compareValues(left.key, right.key),
    stepsOf: ({ key }) => stepsToCompare([key], frame),
    charge: (steps) => work.charge(steps),
    isYieldDue: () => yields && work.isYieldDue(),
  });
}

/** The only group of a query that asks for nothing but the count, where that is known. */
export function* countedTuple(
  { aggregates }: Pick<Grouping, 'aggregates'>,
  count: number,
  frame: EvaluationFrame,
): Iterable<undefined> {
  for (const { slot } of aggregates) frame.aggregates[slot] = count;
  yield undefined;
}

/** Besides the characters of a key. */
const KEY_BYTES = 64;

/** @returns the bytes that the groups hold */
function* readGroups(
  rows: Iterable<Yield | undefined>,
  { keys, aggregates, holdsDocuments, yields }: Grouping,
  { frame, groups }: { readonly frame: EvaluationFrame; readonly groups: Map<string, Group> },
): Generator<Yield, number> {
  const keepsValues = aggregates.some((aggregate) => aggregate.keepsValues);
  const prelude = yields ? preludesOf(keys ?? [], aggregates) : [];
  const held = new BoundedGroups(frame, holdsDocuments);
  const [onlyKey] = keys?.length === 1 ? keys : [];
  const open = (key: string): Group => {
    const aggregators = aggregates.map((aggregate) => aggregate.start());
    const group = { key: onlyKey?.(frame), slots: [...frame.slots], aggregators };
    held.add(key);
    groups.set(key, group);
    return group;
  };
  if (keys === undefined) open('');
  for (const step of rows) {
    if (step === YIELD) {
      yield YIELD;
      continue;
    }
    for (const one of prelude) yield* one.run(frame);
    const key = keys === undefined ? '' : keyOf(keys, frame);
    const known = groups.get(key);
    if (known === undefined || keepsValues) held.addRow();
    addToAggregates((known ?? open(key)).aggregators, aggregates, frame);
  }
  return held.bytes;
}

function preludesOf(keys: readonly Evaluate[], aggregates: readonly CompiledAggregate[]): readonly Prelude[] {
  return [...keys, ...aggregates.map(({ argument }) => argument)].flatMap(({ prelude }) => prelude ?? []);
}

function addToAggregates(
  aggregators: readonly Aggregator[],
  aggregates: readonly CompiledAggregate[],
  frame: EvaluationFrame,
): void {
  for (let index = 0; index < aggregates.length; index += 1) {
    const value = aggregates[index]?.argument(frame);
    frame.work.chargeValue(value);
    aggregators[index]?.add(value);
  }
}

/** Counts the bytes that groups keep in memory. */
class BoundedGroups {
  readonly #frame: EvaluationFrame;
  readonly #holdsDocuments: boolean;
  #lastDocument = Number.NaN;
  bytes = 0;

  constructor(frame: EvaluationFrame, holdsDocuments: boolean) {
    this.#frame = frame;
    this.#holdsDocuments = holdsDocuments;
  }

  /** A group is added. */
  add(key: string): void {
    this.#hold(1, KEY_BYTES + key.length);
  }

  /** The values of the current row are kept. Its document counts once for the rows that follow one another. */
  addRow(): void {
    if (!this.#holdsDocuments) return;
    const { work, current } = this.#frame;
    const isSame = current.document === this.#lastDocument;
    this.#lastDocument = current.document;
    this.#hold(0, isSame ? work.allocated : work.allocated + current.documentBytes);
  }

  #hold(groups: number, bytes: number): void {
    this.bytes += bytes;
    this.#frame.work.hold(groups, bytes);
  }
}

function keyOf(keys: readonly Evaluate[], frame: EvaluationFrame): string {
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return chargedKey(only(frame), frame);
  return keys.map((key) => chargedKey(key(frame), frame)).join('|');
}

function chargedKey(value: Value, { work }: EvaluationFrame): string {
  const weight = work.weightOf(value);
  // The properties of an object have to be sorted.
  work.charge(typeof value === 'object' ? weight : weight >> 2);
  return canonicalKey(value);
}

/** The rows without those that equal an earlier one. */
export function* distinctRows(rows: Iterable<Value | Yield>, frame: EvaluationFrame): Iterable<Value | Yield> {
  const seen = new Set<string>();
  let held = 0;
  try {
    for (const row of rows) {
      if (row === YIELD) {
        yield YIELD;
        continue;
      }
      const key = chargedKey(row, frame);
      if (seen.has(key)) continue;
      seen.add(key);
      held += KEY_BYTES + key.length;
      frame.work.hold(1, KEY_BYTES + key.length);
      yield row;
    }
  } finally {
    frame.work.release(seen.size, held);
  }
}
