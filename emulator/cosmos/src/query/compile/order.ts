import type { OrderBy, OrderByItem } from '../syntax/ast.ts';
import type { Compilation, Evaluate, Frame, Scope } from './compilation.ts';
import { compileExpression } from './expression.ts';
import { distanceFunctionOf, isVectorDistance } from './vector-distance.ts';

export interface OrderKey {
  readonly evaluate: Evaluate;
  /** Whether the greatest comes first. */
  descending(frame: Frame): boolean;
}

export function compileOrder(orderBy: OrderBy, scope: Scope, compilation: Compilation): readonly OrderKey[] {
  return orderBy.items.map((item) => ({
    evaluate: compileExpression(item.expression, scope, compilation),
    descending: directionOf(item, orderBy.rank, compilation),
  }));
}

function directionOf(item: OrderByItem, rank: boolean, { parameters }: Compilation): OrderKey['descending'] {
  const { direction } = item;
  if (direction !== undefined) return () => direction === 'DESC';
  if (isVectorDistance(item)) {
    const { expression } = item;
    return ({ context }) => distanceFunctionOf(expression, parameters, context) !== 'euclidean';
  }
  return () => rank;
}
