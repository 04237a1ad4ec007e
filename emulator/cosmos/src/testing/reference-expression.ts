import type { JsonValue } from '../model/json.ts';
import { aggregateFunctions } from '../query/functions/aggregates.ts';
import { scalarFunctions } from '../query/functions/catalogue.ts';
import type { Call, Expression, Query, SubqueryForm } from '../query/syntax/ast.ts';
import { equalityOperator } from '../query/values/equality.ts';
import type { EvaluationContext } from '../query/values/evaluation-context.ts';
import { compareScalars } from '../query/values/operators.ts';
import { isArray, isObject, type Value } from '../query/values/value.ts';
import { binaryOperation, conjunction, disjunction, negation } from './reference-operators.ts';

/** The values of the names in scope. */
export type Names = ReadonlyMap<string, Value>;

/** What does not change while a query runs. */
export interface Run {
  readonly parameters: ReadonlyMap<string, JsonValue>;
  readonly context: EvaluationContext;
  /** The rows of a query inside another, which sees the names around it. */
  rowsOf(query: Query, outer: Names): readonly JsonValue[];
}

/** The rows of one group; without grouping a row is a group of its own. The first stands for all in what is no aggregate. */
export interface Group {
  readonly first: Names;
  readonly rows: readonly Names[];
}

/** The value of an expression for a group: aggregates see all its rows, everything else the first one. */
export function evaluateExpression(node: Expression, group: Group, run: Run): Value {
  const evaluate = (child: Expression) => evaluateExpression(child, group, run);
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'parameter':
      return run.parameters.get(node.name);
    case 'identifier':
      return group.first.get(node.name);
    case 'property':
      return property(evaluate(node.object), node.name);
    case 'index':
      return property(evaluate(node.object), evaluate(node.index));
    case 'array':
      return node.items.map(evaluate).filter((item) => item !== undefined);
    case 'object':
      return toObject(node.members.map(({ name, value }) => [name, evaluate(value)]));
    case 'call':
      return call(node, group, run);
    case 'subquery':
      return FORMS[node.form](run.rowsOf(node.query, group.first));
    default:
      return evaluateOperation(node, group, run);
  }
}

type Operation = Extract<Expression, { kind: 'unary' | 'binary' | 'conditional' | 'between' | 'in' | 'like' }>;

function evaluateOperation(node: Operation, group: Group, run: Run): Value {
  const evaluate = (child: Expression) => evaluateExpression(child, group, run);
  switch (node.kind) {
    case 'unary':
      return unaryOperation(node.operator, evaluate(node.operand));
    case 'binary':
      return binaryOperation(node.operator, evaluate(node.left), evaluate(node.right));
    case 'conditional':
      return evaluate(node.condition) === true ? evaluate(node.whenTrue) : evaluate(node.whenFalse);
    case 'between':
      return negatedIf(node.negated, between(evaluate(node.operand), evaluate(node.lower), evaluate(node.upper)));
    case 'in': {
      const list = 'select' in node.list ? run.rowsOf(node.list, group.first) : node.list.map(evaluate);
      return negatedIf(node.negated, isIn(evaluate(node.operand), list));
    }
    case 'like':
      return negatedIf(node.negated, like(evaluate(node.operand), evaluate(node.pattern), node.escape));
  }
}

/** Whether an aggregate stands in the expression itself; those in sub-queries belong to them. */
export function hasAggregate(node: Expression): boolean {
  if (node.kind === 'call' && aggregateFunctions.has(node.name.toUpperCase())) return true;
  return directChildren(node).some(hasAggregate);
}

function directChildren(node: object): readonly Expression[] {
  return Object.values(node)
    .flat()
    .filter((child): child is Expression => typeof child === 'object' && child !== null && !('select' in child))
    .flatMap((child) => ('kind' in child ? [child] : directChildren(child))); // an object literal's members have no kind
}

export function property(value: Value, name: Value): Value {
  if (isArray(value) && typeof name === 'number') return value[name];
  return isObject(value) && typeof name === 'string' && Object.hasOwn(value, name) ? value[name] : undefined;
}

function call(node: Call, group: Group, run: Run): Value {
  const name = node.name.toUpperCase();
  const aggregate = aggregateFunctions.get(name);
  if (aggregate === undefined) {
    const args = node.arguments.map((argument) => evaluateExpression(argument, group, run));
    return scalarFunctions.get(name)?.evaluate(args, run.context);
  }
  const state = aggregate.start();
  for (const row of group.rows) {
    for (const argument of node.arguments) state.add(evaluateExpression(argument, { first: row, rows: [row] }, run));
  }
  return state.result();
}

const FORMS: Readonly<Record<SubqueryForm, (rows: readonly JsonValue[]) => Value>> = {
  ALL: (rows) => rows.every((row) => row === true),
  ARRAY: (rows) => rows,
  EXISTS: (rows) => rows.length > 0,
  FIRST: (rows) => rows[0],
  LAST: (rows) => rows.at(-1),
  SCALAR: (rows) => {
    if (rows.length > 1) throw new RangeError('A scalar sub-query has more than one row');
    return rows[0];
  },
};

function unaryOperation(operator: '-' | '+' | '~' | 'NOT', operand: Value): Value {
  if (operator === 'NOT') return negation(operand);
  if (typeof operand !== 'number') return undefined;
  if (operator === '~') return Number.isInteger(operand) ? ~operand : undefined;
  return operator === '-' ? -operand : operand;
}

function negatedIf(negated: boolean, value: Value): Value {
  return negated ? negation(value) : value;
}

function between(value: Value, lower: Value, upper: Value): Value {
  return conjunction(binaryOperation('<=', lower, value), binaryOperation('<=', value, upper));
}

function isIn(value: Value, list: readonly Value[]): Value {
  return list.map((item) => equalityOperator(value, item)).reduce<Value>(disjunction, false);
}

/** By trying every length for every `%`, one character after the other. */
function like(text: Value, pattern: Value, escapeCharacter: string | undefined): Value {
  if (typeof text !== 'string' || typeof pattern !== 'string') return undefined;
  return matches([...text], [...pattern], escapeCharacter);
}

function matches(text: readonly string[], pattern: readonly string[], escapeCharacter: string | undefined): boolean {
  const [next, ...rest] = pattern;
  if (next === undefined) return text.length === 0;
  const [literal] = rest;
  if (next === escapeCharacter && literal !== undefined) {
    return text[0] === literal && matches(text.slice(1), rest.slice(1), escapeCharacter);
  }
  if (next === '%')
    return (
      text.some((_, taken) => matches(text.slice(taken), rest, escapeCharacter)) || matches([], rest, escapeCharacter)
    );
  if (text.length === 0) return false;
  if (next === '[' && pattern.indexOf(']', 2) > 0) {
    const close = pattern.indexOf(']', 2);
    return (
      isInSet(text[0] ?? '', pattern.slice(1, close).join('')) &&
      matches(text.slice(1), pattern.slice(close + 1), escapeCharacter)
    );
  }
  return (next === '_' || next === text[0]) && matches(text.slice(1), rest, escapeCharacter);
}

/** A set of single characters and ranges, `^` before it for all others. */
function isInSet(character: string, set: string): boolean {
  if (set.startsWith('^')) return !isInSet(character, set.slice(1));
  const ranges = [...set.matchAll(/(.)-(.)|(.)/gsu)];
  return ranges.some(([, from, to, single]) => {
    const [low = '', high = ''] = single === undefined ? [from, to] : [single, single];
    return (compareScalars(low, character) ?? 1) <= 0 && (compareScalars(character, high) ?? 1) <= 0;
  });
}

function toObject(members: readonly (readonly [string, Value])[]): Value {
  return Object.fromEntries(members.filter((member): member is [string, JsonValue] => member[1] !== undefined));
}
