import type { Expression, Query, SelectItem, Source } from './ast.ts';
import { sourcesOf } from './walk.ts';

/**
 * The property names of a select list, in order: the alias, else the last step of a path, else `$1`, `$2`... counting the
 * items that have neither, as the service names them.
 */
export function outputNames(items: readonly SelectItem[]): readonly string[] {
  let unnamed = 0;
  return items.map(({ expression, alias }) => {
    const name = alias ?? lastStep(expression);
    if (name !== undefined) return name;
    unnamed += 1;
    return `$${unnamed}`;
  });
}

function lastStep(expression: Expression): string | undefined {
  return expression.kind === 'identifier' || expression.kind === 'property' ? expression.name : undefined;
}

/** The name that a source of FROM binds: its alias, else the last name of its path (`FROM Families.children` binds `children`). */
export function sourceName(source: Exclude<Source, { kind: 'join' }>): string | undefined {
  if (source.alias !== undefined) return source.alias;
  if (source.collection.kind === 'subquery') return undefined;
  const { root, steps } = source.collection;
  return steps.findLast((step) => typeof step === 'string') ?? root;
}

/** The name of the document itself: that of `FROM c`; undefined when FROM reads something else first. */
export function documentName(query: Query): string | undefined {
  const [first] = sourcesOf(query.from);
  if (first?.kind !== 'aliased' || first.collection.kind !== 'path') return undefined;
  return first.collection.steps.length === 0 ? sourceName(first) : undefined;
}

/** The property names from the document to what the expression refers to (`c.a["b"]` is a, b); undefined for anything else. */
export function propertyPath(node: Expression, document: string | undefined): readonly string[] | undefined {
  const names: string[] = [];
  let current = node;
  while (current.kind === 'property') {
    names.unshift(current.name);
    current = current.object;
  }
  return current.kind === 'identifier' && current.name === document ? names : undefined;
}
