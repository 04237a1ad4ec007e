import type { OrderBy, OrderByItem } from '../syntax/ast.ts';
import type { Compilation, Evaluate, Frame, Scope } from './compilation.ts';
import { compileExpression } from './expression.ts';

export interface OrderKey {
  readonly evaluate: Evaluate;
  /** Whether the greatest comes first. */
  descending(frame: Frame): boolean;
}

export function compileOrder(orderBy: OrderBy, scope: Scope, compilation: Compilation): readonly OrderKey[] {
  return orderBy.items.map((item) => ({
    evaluate: compileExpression(item.expression, scope, compilation),
    descending: directionOf(item, orderBy.rank),
  }));
}

function directionOf(item: OrderByItem, rank: boolean): OrderKey['descending'] {
  const { direction } = item;
  if (direction !== undefined) return () => direction === 'DESC';
  if (isVectorDistance(item)) return (frame) => frame.context.distanceFunction !== 'euclidean';
  return () => rank;
}

/** Sorted by VectorDistance the most similar come first: the greatest cosine or dot product, the least euclidean distance. */
export function isVectorDistance({ expression }: OrderByItem): boolean {
  return expression.kind === 'call' && !expression.udf && expression.name.toUpperCase() === 'VECTORDISTANCE';
}
