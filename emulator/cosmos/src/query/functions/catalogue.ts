import { conditionalFunctions } from './conditional.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { typeCheckingFunctions } from './type-checking.ts';

export type { ScalarFunction } from './scalar-function.ts';

/** Every built-in scalar function by its name in upper case. Aggregates are in aggregates.ts. */
export const scalarFunctions: ReadonlyMap<string, ScalarFunction> = new Map(
  [conditionalFunctions, typeCheckingFunctions].flat().map((definition) => [definition.name, definition]),
);
