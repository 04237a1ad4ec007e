import type { Call, Expression, OrderByItem } from '../syntax/ast.ts';
import { DISTANCE_FUNCTIONS, type DistanceFunction, type VectorPolicy } from '../values/evaluation-context.ts';
import { isObject, type Value } from '../values/value.ts';
import type { Parameters } from './compilation.ts';
import { constantOf } from './constants.ts';

/** Sorted by VectorDistance the most similar come first: the greatest cosine or dot product, the least euclidean distance. */
export function isVectorDistance({ expression }: OrderByItem): boolean {
  return expression.kind === 'call' && isVectorDistanceCall(expression);
}

export function isVectorDistanceCall({ udf, name }: Call): boolean {
  return !udf && name.toUpperCase() === 'VECTORDISTANCE';
}

/** Which function a call of VectorDistance computes: that of its options, else of the vector policy, else the cosine. */
export function distanceFunctionOf(
  node: Expression,
  parameters: Parameters,
  { distanceOf }: VectorPolicy,
): DistanceFunction {
  if (node.kind !== 'call') return 'cosine';
  const options = node.arguments[3] && constantOf(node.arguments[3], parameters)?.value;
  const path = vectorPathOf(node);
  return namedIn(options) ?? (path === undefined ? undefined : distanceOf?.(path)) ?? 'cosine';
}

/** The path of the vector that a call of VectorDistance compares, as a vector policy writes it: that of its first property. */
export function vectorPathOf({ arguments: args }: Call): string | undefined {
  for (const node of args.slice(0, 2)) {
    const path = pathOf(node);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The function that the options of a call name, in any case; undefined when they name none that there is. */
export function namedIn(options: Value): DistanceFunction | undefined {
  const given = isObject(options) ? options.distanceFunction : undefined;
  const name = typeof given === 'string' ? given.toLowerCase() : undefined;
  return DISTANCE_FUNCTIONS.find((known) => known === name);
}

function pathOf(node: Expression): string | undefined {
  if (node.kind !== 'property') return undefined;
  return `${pathOf(node.object) ?? ''}/${node.name}`;
}
