import { arrayFunctions } from './array.ts';
import { conditionalFunctions } from './conditional.ts';
import { dateTimeFunctions } from './date-time/date-time-functions.ts';
import { integerFunctions } from './integer.ts';
import { itemFunctions } from './item.ts';
import { mathematicalFunctions } from './mathematical.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { setFunctions } from './set.ts';
import { spatialFunctions } from './spatial/spatial-functions.ts';
import { stringConversionFunctions } from './string-conversion.ts';
import { fullTextFunctions } from './text/full-text-search.ts';
import { regularExpressionFunctions } from './text/regular-expression.ts';
import { stringFunctions } from './text/string-functions.ts';
import { stringSearchFunctions } from './text/string-search.ts';
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
