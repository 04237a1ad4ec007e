import { isObject, type Value } from '../values/value.ts';
import { arrayFunctions } from './array.ts';
import { dateTimeFunctions } from './date-time/date-time-functions.ts';
import { integerFunctions } from './integer.ts';
import { mathematicalFunctions } from './mathematical.ts';
import { constantCost, defineFunctions, type ScalarFunction } from './scalar-function.ts';
import { setFunctions } from './set.ts';
import { spatialFunctions } from './spatial/spatial-functions.ts';
import { fullTextFunctions } from './text/full-text-search.ts';
import { regularExpressionFunctions } from './text/regular-expression.ts';
import { stringFunctions } from './text/string-functions.ts';
import { stringSearchFunctions } from './text/string-search.ts';
import { stringConversionFunctions, typeCheckingFunctions } from './types.ts';
import { vectorFunctions } from './vector.ts';

/** Source: "IIF", Cosmos DB query reference. */
const conditionalFunctions = defineFunctions('Conditional', {
  IIF: {
    cost: constantCost,
    signature: 'IIF(condition, whenTrue, otherwise)',
    summary: 'The second argument when the first is true, the third when it is anything else, a non-boolean included',
    args: 3,
    evaluate: ([condition, whenTrue, otherwise]) => (condition === true ? whenTrue : otherwise),
  },
});

/** The length in bytes of an item's `_rid`: four bytes of the database, four of the container, eight of the item. */
const RESOURCE_ID_LENGTH = 16;

/** Source: "DocumentId", Cosmos DB query reference. */
const itemFunctions = defineFunctions('Item', {
  DOCUMENTID: {
    cost: constantCost,
    signature: 'DOCUMENTID(item)',
    summary: 'The integer in the `_rid` of an item, unique within a physical partition',
    args: 1,
    evaluate: ([item]) => (isObject(item) ? documentId(item._rid) : undefined),
  },
});

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

function documentId(resourceId: Value): Value {
  if (typeof resourceId !== 'string') return undefined;
  // The service writes `-` where base64 has `/`, as `_rid` stands in paths.
  const bytes = Buffer.from(resourceId.replaceAll('-', '/'), 'base64');
  // The top byte distinguishes a document from a stored procedure and other resources: it is not part of the number.
  return bytes.length === RESOURCE_ID_LENGTH ? Number(bytes.readBigUInt64LE(8) & 0x00ff_ffff_ffff_ffffn) : undefined;
}
