import { nameOf } from '../compile/from.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { sourcesOf } from '../syntax/walk.ts';

/** The name that stands for the document itself: that of `FROM c`; undefined when FROM reads something else first. */
export function documentName(query: Query): string | undefined {
  const [first] = sourcesOf(query.from);
  if (first?.kind !== 'aliased' || first.collection.kind !== 'path') return undefined;
  return first.collection.steps.length === 0 ? nameOf(first) : undefined;
}

/** The property names from the document to what the expression names (`c.a["b"]` is a, b); undefined for anything else. */
export function propertyPath(node: Expression, document: string | undefined): readonly string[] | undefined {
  const names: string[] = [];
  let current = node;
  while (current.kind === 'property') {
    names.unshift(current.name);
    current = current.object;
  }
  return current.kind === 'identifier' && current.name === document ? names : undefined;
}
