import type { EvaluationContext } from '../values/evaluation-context.ts';
import type { Value } from '../values/value.ts';

/** The categories of the service's own function reference. */
export type FunctionCategory =
  | 'Array'
  | 'Conditional'
  | 'Date and time'
  | 'Full text search'
  | 'Item'
  | 'Mathematical'
  | 'Spatial'
  | 'String'
  | 'Type checking'
  | 'Vector search';

/** A built-in function. Arguments of the wrong type yield undefined, never an error. */
export interface ScalarFunction {
  /** In upper case; a query may spell it in any case. */
  readonly name: string;
  readonly category: FunctionCategory;
  readonly minArgs: number;
  /** Infinity for a function that takes any number. */
  readonly maxArgs: number;
  /** As documented, for example `LEFT(string, length)`. */
  readonly signature: string;
  /** One line, for docs/cosmos-sql.md. */
  readonly summary: string;
  readonly cost?: FunctionCost;
  evaluate(args: readonly Value[], context: EvaluationContext): Value;
}

/** The steps of a call, of about 10 ns each. Absent: what it takes to read each argument once. */
export type FunctionCost = (args: readonly Value[], measure: Measure) => number;

export interface Measure {
  /** Roughly the length of a value as JSON. */
  readonly weightOf: (value: Value) => number;
}

/** Of a function that does not look into long strings, arrays or objects. */
export const constantCost: FunctionCost = () => 0;

/** A row of a category's table: a {@link ScalarFunction} without its name and category. */
export interface FunctionEntry {
  readonly signature: string;
  readonly summary: string;
  /** The least and the greatest number of arguments, or one number for both. */
  readonly args: number | readonly [number, number];
  readonly cost?: FunctionCost;
  evaluate(args: readonly Value[], context: EvaluationContext): Value;
}

/** Turns a category's table, keyed by function name, into functions. */
export function defineFunctions(
  category: FunctionCategory,
  entries: Readonly<Record<string, FunctionEntry>>,
): readonly ScalarFunction[] {
  return Object.entries(entries).map(([name, { args, ...entry }]) => {
    const [minArgs, maxArgs] = typeof args === 'number' ? [args, args] : args;
    return { ...entry, name, category, minArgs, maxArgs };
  });
}
