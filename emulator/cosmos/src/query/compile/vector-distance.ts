import type { Call, Expression, OrderByItem } from '../syntax/ast.ts';
import { DISTANCE_FUNCTIONS, type DistanceFunction, type VectorPolicy } from '../values/evaluation-context.ts';
import { isObject, type Value } from '../values/value.ts';

/**
 * Whether a query sorts by VectorDistance. The most similar vectors then come first: those with the greatest cosine or dot product,
 * or with the least euclidean distance.
 */
export function isVectorDistance({ expression }: OrderByItem): boolean {
  return expression.kind === 'call' && isVectorDistanceCall(expression);
}

export function isVectorDistanceCall({ udf, name }: Call): boolean {
  return !udf && name.toUpperCase() === 'VECTORDISTANCE';
}

/**
 * The distance function of a call of VectorDistance: that of its options, else that of the vector policy, else the cosine.
 *
 * @param constantValue the value of an expression over constants
 */
export function distanceFunctionOf(
  node: Expression,
  { distanceOf }: VectorPolicy,
  constantValue: (node: Expression) => Value,
): DistanceFunction {
  if (node.kind !== 'call') return 'cosine';
  const options = node.arguments[3] && constantValue(node.arguments[3]);
  const path = vectorPathOf(node);
  return namedIn(options) ?? (path === undefined ? undefined : distanceOf?.(path)) ?? 'cosine';
}

/** The path of the first property among the vectors of a call of VectorDistance, as a vector policy writes it. */
export function vectorPathOf({ arguments: args }: Call): string | undefined {
  for (const node of args.slice(0, 2)) {
    const path = pathOf(node);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The distance function that the options of a call name, in any case; undefined when they name none or an unknown one. */
function namedIn(options: Value): DistanceFunction | undefined {
  const given = isObject(options) ? options.distanceFunction : undefined;
  const name = typeof given === 'string' ? given.toLowerCase() : undefined;
  return DISTANCE_FUNCTIONS.find((known) => known === name);
}

function pathOf(node: Expression): string | undefined {
  if (node.kind !== 'property') return undefined;
  return `${pathOf(node.object) ?? ''}/${node.name}`;
}
