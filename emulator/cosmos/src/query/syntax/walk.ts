import type { Collection, Expression, Query, SelectItem, Source } from './ast.ts';

/** The expressions directly below this one; a sub-query counts as none, see `queriesOf`. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'property':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'call':
      return node.arguments;
    case 'array':
      return node.items;
    case 'object':
      return node.members.map((member) => member.value);
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.condition, node.whenTrue, node.whenFalse];
    case 'between':
      return [node.operand, node.lower, node.upper];
    case 'in':
      return 'select' in node.list ? [node.operand] : [node.operand, ...node.list];
    case 'like':
      return [node.operand, node.pattern];
    default:
      return [];
  }
}

/** The queries directly below this expression. */
export function queriesOf(node: Expression): readonly Query[] {
  if (node.kind === 'subquery') return [node.query];
  return node.kind === 'in' && 'select' in node.list ? [node.list] : [];
}

/** The expressions of a query's own clauses, those of its FROM left out. */
export function expressionsOf(query: Query): readonly Expression[] {
  const { selection } = query.select;
  const selected = selection.kind === 'list' ? selection.items.map((item) => item.expression) : [];
  return [
    ...(selection.kind === 'value' ? [selection.expression] : selected),
    ...(query.where === undefined ? [] : [query.where]),
    ...(query.groupBy ?? []),
    ...(query.orderBy?.items.map((item) => item.expression) ?? []),
  ];
}

/** The single sources of FROM in the order of the text. */
export function sourcesOf(source: Source | undefined): readonly Exclude<Source, { kind: 'join' }>[] {
  const sources: Exclude<Source, { kind: 'join' }>[] = [];
  let rest = source;
  while (rest?.kind === 'join') {
    // Safe to descend: the parser builds joins to the left, so a right side is never a join.
    sources.unshift(...sourcesOf(rest.right));
    rest = rest.left;
  }
  if (rest !== undefined) sources.unshift(rest);
  return sources;
}

/** The queries that FROM selects from. */
export function fromQueriesOf(query: Query): readonly Query[] {
  return sourcesOf(query.from)
    .map((source): Collection => source.collection)
    .flatMap((collection) => (collection.kind === 'subquery' ? [collection.query] : []));
}

/** Whether the expression, or any expression below it, fits. Does not look into sub-queries. */
export function anyExpression(node: Expression, fits: (node: Expression) => boolean): boolean {
  return fits(node) || childrenOf(node).some((child) => anyExpression(child, fits));
}

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
