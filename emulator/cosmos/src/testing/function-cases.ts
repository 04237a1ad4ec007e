import { scalarFunctions } from '../query/functions/catalogue.ts';
import type { EvaluationContext } from '../query/values/evaluation-context.ts';
import type { Value } from '../query/values/value.ts';

export const testContext: EvaluationContext = { now: Date.UTC(2024, 9, 14, 14, 20, 30, 666), random: () => 0.25 };

/** Calls a built-in function by name, with a number of arguments that it takes. */
export function evaluateFunction(name: string, ...args: Value[]): Value {
  const definition = scalarFunctions.get(name);
  if (definition === undefined) throw new Error(`No function ${name}`);
  expect(args.length).toBeGreaterThanOrEqual(definition.minArgs);
  expect(args.length).toBeLessThanOrEqual(definition.maxArgs);
  return definition.evaluate(args, testContext);
}

export type FunctionCase = [name: string, args: Value[], result: Value];

/** One test per case; fractions are compared to 12 digits. */
export function testFunctions(cases: readonly FunctionCase[]): void {
  test.each(cases)('%s%j is %j', (name, args, result) => {
    const actual = evaluateFunction(name, ...args);
    if (typeof result === 'number' && !Number.isInteger(result)) expect(actual).toBeCloseTo(result, 12);
    else expect(actual).toEqual(result);
  });
}
