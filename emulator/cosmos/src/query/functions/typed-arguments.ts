import { finite, type Value } from '../values/value.ts';

/** Evaluates a function of numbers; undefined when an argument is not one, or the result is not finite. */
export function ofNumbers(compute: (...numbers: number[]) => number): (args: readonly Value[]) => Value {
  return (args) => (areNumbers(args) ? finite(compute(...args)) : undefined);
}

/** Evaluates a function of strings; undefined when an argument is not one. */
export function ofStrings(compute: (...strings: string[]) => Value): (args: readonly Value[]) => Value {
  return (args) => (areStrings(args) ? compute(...args) : undefined);
}

/** Whether every value is a number. An empty list is. */
export function areNumbers(values: readonly Value[]): values is readonly number[] {
  return values.every((value) => typeof value === 'number');
}

/** Whether every value is a string. An empty list is. */
export function areStrings(values: readonly Value[]): values is readonly string[] {
  return values.every((value) => typeof value === 'string');
}
