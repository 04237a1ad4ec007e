import { likePrefix, likeSteps } from '../compile/like.ts';
import type { BinaryOperator, Expression, Query, Source } from '../syntax/ast.ts';
import { printExpression } from '../syntax/printer.ts';
import { anyExpression, childrenOf, queriesOf, sourceName, sourcesOf } from '../syntax/walk.ts';

/** A path of an indexing policy: property names, and `[]` for the elements of an array. */
export type IndexPath = readonly string[];

/** How an index could serve a condition: by one value, by a range of values, or by looking at all values of the path. */
export type ConditionKind = 'equality' | 'range' | 'scan';

/** A condition of a query on one path. */
export interface IndexedCondition {
  readonly path: IndexPath;
  readonly kind: ConditionKind;
  /** As the service writes it: the item is called `ROOT`. */
  readonly text: string;
}

/** The paths of a query that an index could serve. */
export interface IndexUse {
  /** In the order of the text, those of sub-queries and of both sides of OR included. */
  readonly conditions: readonly IndexedCondition[];
  /** Those that every row meets, joined by AND. */
  readonly required: readonly IndexedCondition[];
  readonly order: readonly { readonly path: IndexPath; readonly descending: boolean }[];
  /** What the only aggregate is about; absent: there is none, or more than one. */
  readonly aggregated?: IndexPath;
}

/** Which paths of a query an index could serve, whatever the policy. Source: "Indexing policies", composite indexes. */
export function indexUseOf(query: Query): IndexUse {
  const conditions: IndexedCondition[] = [];
  const required: IndexedCondition[] = [];
  const names = namesOf(query.from, new Map());
  readQuery(query, names, { conditions, required });
  const order = query.orderBy?.rank ? [] : (query.orderBy?.items ?? []);
  const aggregated = aggregatedPath(query, names);
  return {
    conditions,
    required,
    order: order.flatMap(({ expression, direction }) => {
      const path = pathOf(expression, names);
      return path === undefined ? [] : [{ path, descending: direction === 'DESC' }];
    }),
    ...(aggregated && { aggregated }),
  };
}

/** The paths that the names of a query stand for. */
type Names = ReadonlyMap<string, IndexPath>;

/** Where conditions go; `required` only while all of them must hold. */
interface Found {
  readonly conditions: IndexedCondition[];
  readonly required?: IndexedCondition[];
}

function readQuery(query: Query, names: Names, found: Found): void {
  if (query.where) readCondition(query.where, names, found);
  for (const { collection } of sourcesOf(query.from)) {
    if (collection.kind === 'subquery') readInner(collection.query, names, found);
  }
  const { selection } = query.select;
  const selected = selection.kind === 'list' ? selection.items.map(({ expression }) => expression) : [];
  for (const node of selection.kind === 'value' ? [selection.expression] : selected) {
    for (const inner of queriesOf(node)) readInner(inner, names, found);
  }
}

function readInner(query: Query, outer: Names, { conditions }: Found): void {
  readQuery(query, namesOf(query.from, outer), { conditions });
}

/** The first name of a query over the container stands for the item. */
function namesOf(from: Source | undefined, outer: Names): Names {
  const names = new Map(outer);
  for (const [index, source] of sourcesOf(from).entries()) {
    const name = sourceName(source);
    const path = pathOfSource(source, names, outer.size === 0 && index === 0);
    if (name !== undefined && path) names.set(name, path);
  }
  return names;
}

function pathOfSource(
  { kind, collection }: Exclude<Source, { kind: 'join' }>,
  names: Names,
  isContainer: boolean,
): IndexPath | undefined {
  if (collection.kind === 'subquery') {
    const { selection } = collection.query.select;
    return selection.kind === 'value' ? pathOf(selection.expression, namesOf(collection.query.from, names)) : undefined;
  }
  const root = isContainer ? [] : names.get(collection.root);
  const steps = collection.steps.map((step) => (typeof step === 'number' ? '[]' : step));
  return root && [...root, ...steps, ...(kind === 'iteration' ? ['[]'] : [])];
}

function pathOf(node: Expression, names: Names): IndexPath | undefined {
  if (node.kind === 'identifier') return names.get(node.name);
  if (node.kind !== 'property' && node.kind !== 'index') return undefined;
  const object = pathOf(node.object, names);
  return object && [...object, node.kind === 'property' ? node.name : '[]'];
}

function readCondition(node: Expression, names: Names, found: Found): void {
  if (node.kind === 'binary' && (node.operator === 'AND' || node.operator === 'OR')) {
    const below = node.operator === 'AND' ? found : { conditions: found.conditions };
    readCondition(node.left, names, below);
    readCondition(node.right, names, below);
    return;
  }
  for (const inner of queriesOf(node)) readInner(inner, names, found);
  const served = servedBy(node, names);
  if (served === undefined || served.path.length === 0) return;
  const condition = { ...served, text: textOf(node, names) };
  found.conditions.push(condition);
  found.required?.push(condition);
}

type Served = Omit<IndexedCondition, 'text'>;

function servedBy(node: Expression, names: Names): Served | undefined {
  switch (node.kind) {
    case 'binary':
      return servedByOperator(node, names);
    case 'property':
    case 'identifier':
      return on(node, 'equality', names);
    case 'unary':
      return node.operator === 'NOT' ? servedByNegation(node.operand, names) : undefined;
    case 'in':
    case 'between':
    case 'like':
      return operandsOf(node).every(isConstant) ? on(node.operand, kindOf(node), names) : undefined;
    case 'call':
      return node.udf ? undefined : servedByCall(node.name.toUpperCase(), node.arguments, names);
    default:
      return undefined;
  }
}

type Predicate = Extract<Expression, { kind: 'in' | 'between' | 'like' }>;

/** Besides the first one. A query as the list of IN counts as none, and is not constant. */
function operandsOf(node: Predicate): readonly Expression[] {
  return queriesOf(node).length > 0 ? [node] : childrenOf(node).slice(1);
}

function kindOf(node: Predicate): ConditionKind {
  if (node.negated) return 'scan';
  if (node.kind !== 'like') return node.kind === 'in' ? 'equality' : 'range';
  if (node.pattern.kind !== 'literal' || typeof node.pattern.value !== 'string') return 'scan';
  const { text, whole } = likePrefix(likeSteps(node.pattern.value, node.escape));
  if (whole) return 'equality';
  return text === '' ? 'scan' : 'range';
}

function on(node: Expression | undefined, kind: ConditionKind, names: Names): Served | undefined {
  const path = node && pathOf(node, names);
  return path && { path, kind };
}

const OPERATOR_KINDS: Partial<Record<BinaryOperator, ConditionKind>> = {
  '=': 'equality',
  '!=': 'scan',
  '<': 'range',
  '<=': 'range',
  '>': 'range',
  '>=': 'range',
};

function servedByOperator(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  names: Names,
): Served | undefined {
  const kind = OPERATOR_KINDS[operator];
  if (kind === undefined) return undefined;
  if (isConstant(right)) return on(left, kind, names);
  return isConstant(left) ? on(right, kind, names) : undefined;
}

function servedByNegation(operand: Expression, names: Names): Served | undefined {
  if (operand.kind === 'property' || operand.kind === 'identifier') return on(operand, 'equality', names);
  const served = servedBy(operand, names);
  return served && { ...served, kind: 'scan' };
}

const CALL_KINDS: ReadonlyMap<string, ConditionKind> = new Map([
  ['STARTSWITH', 'range'],
  ['STRINGEQUALS', 'equality'],
  ['CONTAINS', 'scan'],
  ['ENDSWITH', 'scan'],
  ['REGEXMATCH', 'scan'],
  ['IS_DEFINED', 'scan'],
  ['IS_NULL', 'equality'],
]);

function servedByCall(name: string, args: readonly Expression[], names: Names): Served | undefined {
  const [first, second] = args;
  if (name === 'ARRAY_CONTAINS') {
    const elements = first && pathOf(first, names);
    if (elements) return { path: [...elements, '[]'], kind: 'equality' };
    return first && isConstant(first) ? on(second, 'equality', names) : undefined;
  }
  const kind = CALL_KINDS.get(name);
  return kind && args.slice(1).every(isConstant) ? on(first, kind, names) : undefined;
}

/** Whether the value is known before any item is read. */
function isConstant(node: Expression): boolean {
  return !anyExpression(node, (part) => part.kind === 'identifier' || queriesOf(part).length > 0);
}

/** Source: "Indexing policies", queries with an aggregate on multiple properties. */
const AGGREGATES_BY_INDEX = new Set(['AVG', 'SUM', 'MIN', 'MAX']);

function aggregatedPath({ select: { selection }, groupBy }: Query, names: Names): IndexPath | undefined {
  if (groupBy || selection.kind === 'all') return undefined;
  const [only, ...more] =
    selection.kind === 'value' ? [selection.expression] : selection.items.map(({ expression }) => expression);
  if (only?.kind !== 'call' || more.length > 0 || !AGGREGATES_BY_INDEX.has(only.name.toUpperCase())) return undefined;
  return only.arguments[0] && pathOf(only.arguments[0], names);
}

function textOf(node: Expression, names: Names): string {
  return printExpression(node).replaceAll(/"(?:[^"\\]|\\.)*"|(?<![\w.@])[A-Za-z_]\w*/g, (part) =>
    names.get(part)?.length === 0 ? 'ROOT' : part,
  );
}
