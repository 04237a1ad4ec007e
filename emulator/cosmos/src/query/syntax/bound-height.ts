import type { Expression, Query } from './ast.ts';
import { queryError } from './query-error.ts';
import { childrenOf, expressionsOf, fromQueriesOf, queriesOf } from './walk.ts';

/** How high the tree may be. `1+1+1...` nests no parentheses yet grows a level per operator; later passes recurse along it. */
const MAX_HEIGHT = 1_000;

interface Pending {
  readonly node: Expression;
  readonly height: number;
}

/** Throws when the tree is higher than every later pass may recurse. Itself uses no recursion along expressions. */
export function boundHeight(query: Query): void {
  const queries = [{ query, height: 0 }];
  for (let next = queries.pop(); next !== undefined; next = queries.pop()) {
    const { height } = next;
    const pending: Pending[] = expressionsOf(next.query).map((node) => ({ node, height: height + 1 }));
    for (const below of fromQueriesOf(next.query)) queries.push({ query: below, height: height + 1 });
    for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
      const below = item.height + 1;
      if (below > MAX_HEIGHT) throw tooHigh(item.node);
      for (const node of childrenOf(item.node)) pending.push({ node, height: below });
      for (const inner of queriesOf(item.node)) queries.push({ query: inner, height: below });
    }
  }
}

function tooHigh(node: Expression): Error {
  return queryError('SC3002', `The query nests deeper than ${MAX_HEIGHT} levels.`, node);
}
