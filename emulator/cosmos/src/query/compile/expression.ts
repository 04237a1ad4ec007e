import type { JsonValue } from '../../model/json.ts';
import type { BinaryOperator, Expression } from '../syntax/ast.ts';
import { compareScalars } from '../values/comparison.ts';
import { and, or, type StrictOperator, strictOperators, unaryOperators } from '../values/operators.ts';
import type { Value } from '../values/value.ts';
import { compileCall } from './call.ts';
import { type Compilation, type ComputedProperty, type Evaluate, type Scope, slotOf } from './compilation.ts';
import { constantOf } from './constants.ts';
import { memberReader, readIndex, setMember } from './members.ts';
import { compileIn, compileLike } from './predicates.ts';
import { compileSubquery } from './subquery.ts';

/** Turns an expression into a closure over a frame. Throws a CosmosError 400 for an unknown name or function. */
export function compileExpression(node: Expression, scope: Scope, compilation: Compilation): Evaluate {
  const constant = constantOf(node, compilation.parameters);
  if (constant !== undefined) return () => constant.value;
  const compile = (child: Expression) => compileExpression(child, scope, compilation);
  switch (node.kind) {
    case 'identifier':
      return readSlot(slotOf(scope, node.name, node));
    case 'property':
      return compileProperty(node, scope, compilation);
    case 'index':
      return compileIndex(compile(node.object), compile(node.index));
    case 'call':
      return compileCall(node, { scope, compilation, compile });
    case 'subquery':
      return compileSubquery(node, scope, compilation);
    case 'array':
      return compileArray(node.items.map(compile));
    case 'object':
      return compileObject(node.members.map(({ name, value }) => [name, compile(value)]));
    case 'unary':
      return compileUnary(unaryOperators[node.operator], compile(node.operand));
    case 'binary':
      return compileBinary(node, compile, (child) => constantOf(child, compilation.parameters));
    case 'conditional':
      return compileConditional(compile(node.condition), compile(node.whenTrue), compile(node.whenFalse));
    case 'between':
      return negatable(node.negated, compileBetween(compile(node.operand), compile(node.lower), compile(node.upper)));
    case 'in':
      return negatable(node.negated, compileIn(node, { scope, compilation, compile }));
    case 'like':
      return negatable(node.negated, compileLike(node, { scope, compilation, compile }));
    default:
      return () => undefined; // literal and parameter, which are constants
  }
}

function readSlot(slot: number): Evaluate {
  return (frame) => frame.slots[slot];
}

function compileProperty(
  node: Extract<Expression, { kind: 'property' }>,
  scope: Scope,
  compilation: Compilation,
): Evaluate {
  const read = memberReader(node.name);
  if (node.object.kind === 'identifier') {
    const slot = slotOf(scope, node.object.name, node.object);
    const computed = compilation.itemSlots.has(slot) ? compilation.computed.get(node.name) : undefined;
    if (computed) return compileComputed(computed, slot, compilation);
    return (frame) => read(frame.slots[slot]);
  }
  const object = compileExpression(node.object, scope, compilation);
  return (frame) => read(object(frame));
}

/** The item gets a second slot, whose properties are the stored ones alone. */
function compileComputed({ expression, alias }: ComputedProperty, item: number, compilation: Compilation): Evaluate {
  const stored = compilation.slot();
  const evaluate = compileExpression(expression, { names: new Map([[alias, stored]]) }, compilation);
  return (frame) => {
    frame.slots[stored] = frame.slots[item];
    return evaluate(frame);
  };
}

function compileIndex(object: Evaluate, index: Evaluate): Evaluate {
  return (frame) => readIndex(object(frame), index(frame));
}

function compileArray(items: readonly Evaluate[]): Evaluate {
  return (frame) => {
    const array: JsonValue[] = [];
    for (const item of items) {
      const value = item(frame);
      if (value !== undefined) array.push(value);
    }
    return array;
  };
}

export function compileObject(members: readonly (readonly [name: string, value: Evaluate])[]): Evaluate {
  return (frame) => {
    const object: Record<string, JsonValue> = {};
    for (const [name, value] of members) setMember(object, name, value(frame));
    return object;
  };
}

function compileUnary(compute: (operand: Value) => Value, operand: Evaluate): Evaluate {
  return (frame) => compute(operand(frame));
}

function compileConditional(condition: Evaluate, whenTrue: Evaluate, whenFalse: Evaluate): Evaluate {
  return (frame) => (condition(frame) === true ? whenTrue(frame) : whenFalse(frame));
}

function compileBetween(operand: Evaluate, lower: Evaluate, upper: Evaluate): Evaluate {
  return (frame) => {
    const value = operand(frame);
    const fromLower = compareScalars(lower(frame), value);
    const toUpper = compareScalars(value, upper(frame));
    return and(fromLower === undefined ? undefined : fromLower <= 0, toUpper === undefined ? undefined : toUpper <= 0);
  };
}

function negatable(negated: boolean, evaluate: Evaluate): Evaluate {
  return negated ? compileUnary(unaryOperators.NOT, evaluate) : evaluate;
}

function compileBinary(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  compile: (child: Expression) => Evaluate,
  constantValue: (child: Expression) => { readonly value: Value } | undefined,
): Evaluate {
  const first = compile(left);
  const second = compile(right);
  if (isLazy(operator)) return lazyOperators[operator](first, second);
  const constant = constantValue(right);
  if (constant !== undefined && isScalar(constant.value)) return withConstant(operator, first, constant.value);
  const compute = strictOperators[operator];
  return (frame) => compute(first(frame), second(frame));
}

type LazyOperator = Exclude<BinaryOperator, StrictOperator>;

const lazyOperators: Readonly<Record<LazyOperator, (left: Evaluate, right: Evaluate) => Evaluate>> = {
  '??': (left, right) => (frame) => {
    const value = left(frame);
    return value === undefined ? right(frame) : value;
  },
  AND: (left, right) => (frame) => {
    const value = left(frame);
    return value === false ? false : and(value, right(frame));
  },
  OR: (left, right) => (frame) => {
    const value = left(frame);
    return value === true ? true : or(value, right(frame));
  },
};

function isLazy(operator: BinaryOperator): operator is LazyOperator {
  return operator in lazyOperators;
}

type Scalar = null | boolean | number | string;

function isScalar(value: Value): value is Scalar {
  return value !== undefined && (value === null || typeof value !== 'object');
}

/** `c.a = 5`: the common filter, without the detour over comparing any two values. */
function withConstant(operator: StrictOperator, operand: Evaluate, constant: Scalar): Evaluate {
  if (operator === '=') {
    return (frame) => {
      const value = operand(frame);
      return value === undefined ? undefined : value === constant;
    };
  }
  if (operator === '!=') {
    return (frame) => {
      const value = operand(frame);
      return value === undefined ? undefined : value !== constant;
    };
  }
  const compute = strictOperators[operator];
  return (frame) => compute(operand(frame), constant);
}
