import { DISTANCE_FUNCTIONS, type DistanceFunction } from '../values/evaluation-context.ts';
import { finite, isArray, isObject, type Value } from '../values/value.ts';
import { defineFunctions } from './scalar-function.ts';
import { areNumbers } from './typed-arguments.ts';

type Vector = readonly number[];

/** Source: "VectorDistance", Cosmos DB query reference. */
export const vectorFunctions = defineFunctions('Vector search', {
  VECTORDISTANCE: {
    signature: 'VECTORDISTANCE(vector, vector [, bruteForce [, options]])',
    summary:
      'How similar two vectors of the same length are: the cosine, unless the options or the vector policy name dotproduct or euclidean',
    args: [2, 4],
    // The compiler adds the path of the vector, by which the policy names a function.
    evaluate([left, right, bruteForce = false, options = {}, path], { distanceOf }) {
      const byDefault = typeof path === 'string' ? distanceOf?.(path) : undefined;
      const distanceFunction = chosen(options, byDefault ?? 'cosine');
      if (distanceFunction === undefined || typeof bruteForce !== 'boolean') return undefined;
      if (!isVector(left) || !isVector(right) || left.length !== right.length) return undefined;
      return finite(COMPUTE[distanceFunction](left, right));
    },
  },
});

const COMPUTE: Readonly<Record<DistanceFunction, (left: Vector, right: Vector) => number>> = {
  cosine: (left, right) => dotProduct(left, right) / Math.sqrt(dotProduct(left, left) * dotProduct(right, right)),
  dotproduct: dotProduct,
  euclidean,
};

function chosen(options: Value, byDefault: DistanceFunction): DistanceFunction | undefined {
  if (!isObject(options)) return undefined;
  const { distanceFunction = byDefault } = options;
  const name = typeof distanceFunction === 'string' ? distanceFunction.toLowerCase() : undefined;
  return DISTANCE_FUNCTIONS.find((known) => known === name);
}

function isVector(value: Value): value is Vector {
  return isArray(value) && areNumbers(value);
}

function dotProduct(left: Vector, right: Vector): number {
  let total = 0;
  for (let index = 0; index < left.length; index++) total += (left[index] ?? 0) * (right[index] ?? 0);
  return total;
}

function euclidean(left: Vector, right: Vector): number {
  let total = 0;
  for (let index = 0; index < left.length; index++) total += ((left[index] ?? 0) - (right[index] ?? 0)) ** 2;
  return Math.sqrt(total);
}
