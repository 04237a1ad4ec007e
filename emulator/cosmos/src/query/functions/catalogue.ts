import { arrayFunctions } from './array.ts';
import { conditionalFunctions } from './conditional.ts';
import { dateTimeFunctions } from './date-time.ts';
import { fullTextFunctions } from './full-text.ts';
import { integerFunctions } from './integer.ts';
import { itemFunctions } from './item.ts';
import { mathematicalFunctions } from './mathematical.ts';
import { regularExpressionFunctions } from './regular-expression.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { setFunctions } from './set.ts';
import { spatialFunctions } from './spatial.ts';
import { stringFunctions } from './string.ts';
import { stringConversionFunctions } from './string-conversion.ts';
import { stringSearchFunctions } from './string-search.ts';
import { typeCheckingFunctions } from './type-checking.ts';
import { vectorFunctions } from './vector.ts';

export type { ScalarFunction } from './scalar-function.ts';

/** Every built-in scalar function by its name in upper case. Aggregates are in aggregates.ts. */
export const scalarFunctions: ReadonlyMap<string, ScalarFunction> = new Map(
  [
    arrayFunctions,
    conditionalFunctions,
    integerFunctions,
    mathematicalFunctions,
    regularExpressionFunctions,
    setFunctions,
    stringFunctions,
    stringConversionFunctions,
    stringSearchFunctions,
    typeCheckingFunctions,
    vectorFunctions,
    spatialFunctions,
    itemFunctions,
    fullTextFunctions,
    dateTimeFunctions,
  ]
    .flat()
    .map((definition) => [definition.name, definition]),
);
