import type { JsonValue } from '../../model/json.ts';
import type { Count, Expression } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import { unaryOperators } from '../values/operators.ts';
import { setMember, type Value } from '../values/value.ts';
import type { Parameters } from './compilation.ts';

/** A value known before any document is read, in an object because undefined is a value, too. */
export interface Constant {
  readonly value: Value;
}

/** The value of literals, parameters, and arrays, objects and signs over them; undefined for any other expression. */
export function constantOf(node: Expression, parameters: Parameters): Constant | undefined {
  switch (node.kind) {
    case 'literal':
      return { value: node.value };
    case 'parameter':
      return { value: parameters.get(node.name) };
    case 'array':
      return constantArray(node.items, parameters);
    case 'object':
      return constantObject(node.members, parameters);
    case 'unary':
      return constantUnary(node, parameters);
    default:
      return undefined;
  }
}

function constantArray(items: readonly Expression[], parameters: Parameters): Constant | undefined {
  const value: JsonValue[] = [];
  for (const item of items) {
    const constant = constantOf(item, parameters);
    if (constant === undefined) return undefined;
    if (constant.value !== undefined) value.push(constant.value);
  }
  return { value };
}

function constantObject(
  members: Extract<Expression, { kind: 'object' }>['members'],
  parameters: Parameters,
): Constant | undefined {
  const value: Record<string, JsonValue> = {};
  for (const member of members) {
    const constant = constantOf(member.value, parameters);
    if (constant === undefined) return undefined;
    setMember(value, member.name, constant.value);
  }
  return { value };
}

function constantUnary(node: Extract<Expression, { kind: 'unary' }>, parameters: Parameters): Constant | undefined {
  const operand = constantOf(node.operand, parameters);
  if (operand === undefined) return undefined;
  return { value: unaryOperators[node.operator](operand.value) };
}

/** Counts are unsigned numbers of 32 bits. */
const MAX_COUNT = 2 ** 32 - 1;

/** The number of rows that TOP, OFFSET or LIMIT name; throws unless it is a whole number from 0 on. */
export function countOf(count: Count, clause: string, parameters: Parameters): number {
  const value = count.kind === 'literal' ? count.value : parameters.get(count.name);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_COUNT) return value;
  const given = count.kind === 'literal' ? String(count.value) : count.name;
  throw queryError('SC2062', `The ${clause} count must be a non-negative integer, not '${given}'.`, count);
}
