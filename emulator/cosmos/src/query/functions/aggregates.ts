import type { JsonValue } from '../../model/json.ts';
import type { Expression } from '../syntax/ast.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/operators.ts';
import { finite, type Value } from '../values/value.ts';

/** The state of one aggregate over one group. Undefined values count for no aggregate. */
export interface Aggregator {
  add(value: Value): void;
  result(): Value;
}

/** One aggregate function; each takes one argument. */
export interface AggregateFunction {
  /** In upper case; a query may spell it in any case. */
  readonly name: string;
  readonly signature: string;
  readonly summary: string;
  /** Whether the state grows with the values. */
  readonly keepsValues?: true;
  /** A new state, for one group. */
  start(): Aggregator;
}

const definitions: readonly AggregateFunction[] = [
  {
    name: 'AVG',
    signature: 'AVG(number)',
    summary: 'The mean; undefined when there is none or any defined value is not a number',
    start: startAverage,
  },
  {
    name: 'COUNT',
    signature: 'COUNT(expression)',
    summary: 'How many values are defined',
    start: () => startCount((value) => value !== undefined),
  },
  {
    name: 'COUNTIF',
    signature: 'COUNTIF(condition)',
    summary: 'How many values are true',
    start: () => startCount((value) => value === true),
  },
  {
    name: 'MAKELIST',
    signature: 'MAKELIST(expression)',
    summary: 'The defined values, as an array',
    keepsValues: true,
    start: startList,
  },
  {
    name: 'MAKESET',
    signature: 'MAKESET(expression)',
    summary: 'The defined values without repetition, as an array',
    keepsValues: true,
    start: startSet,
  },
  {
    name: 'MAX',
    signature: 'MAX(scalar)',
    summary: 'The greatest, by type first; undefined when there is none or any value is an array or an object',
    start: () => startExtreme(1),
  },
  {
    name: 'MIN',
    signature: 'MIN(scalar)',
    summary: 'The least, by type first; undefined when there is none or any value is an array or an object',
    start: () => startExtreme(-1),
  },
  {
    name: 'SUM',
    signature: 'SUM(number)',
    summary: 'The sum, 0 when there is none; undefined when any defined value is not a number',
    start: startSum,
  },
];

/** Every aggregate function by its name in upper case. Source: "Aggregate functions", Cosmos DB query reference. */
export const aggregateFunctions: ReadonlyMap<string, AggregateFunction> = new Map(
  definitions.map((definition) => [definition.name, definition]),
);

/** Whether the expression is a call of an aggregate function. */
export function isAggregate(node: Expression): boolean {
  return node.kind === 'call' && !node.udf && aggregateFunctions.has(node.name.toUpperCase());
}

function startCount(counts: (value: Value) => boolean): Aggregator {
  let count = 0;
  return {
    add(value) {
      if (counts(value)) count++;
    },
    result: () => count,
  };
}

function startSum(): Aggregator {
  let sum = 0;
  return {
    add(value) {
      // A string, boolean, null, array or object makes the whole sum undefined, for good: NaN stays NaN.
      if (value !== undefined) sum += typeof value === 'number' ? value : Number.NaN;
    },
    result: () => finite(sum),
  };
}

function startAverage(): Aggregator {
  const sum = startSum();
  const count = startCount((value) => value !== undefined);
  return {
    add(value) {
      sum.add(value);
      count.add(value);
    },
    result() {
      const total = sum.result();
      const size = count.result();
      return typeof total === 'number' && typeof size === 'number' && size > 0 ? total / size : undefined;
    },
  };
}

/** @param direction 1 for the greatest, -1 for the least */
function startExtreme(direction: 1 | -1): Aggregator {
  let extreme: Value;
  let comparable = true;
  return {
    add(value) {
      if (value === undefined) return;
      if (typeof value === 'object' && value !== null) comparable = false;
      if (extreme === undefined || compareValues(value, extreme) * direction > 0) extreme = value;
    },
    result: () => (comparable ? extreme : undefined),
  };
}

function startList(): Aggregator {
  const list: JsonValue[] = [];
  return {
    add(value) {
      if (value !== undefined) list.push(value);
    },
    result: () => list,
  };
}

function startSet(): Aggregator {
  const set = new Map<string, JsonValue>();
  return {
    add(value) {
      if (value === undefined) return;
      const key = canonicalKey(value);
      if (!set.has(key)) set.set(key, value);
    },
    result: () => [...set.values()],
  };
}
