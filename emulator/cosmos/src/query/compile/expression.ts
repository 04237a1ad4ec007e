import type { JsonValue } from '../../model/json.ts';
import type { Evaluate, EvaluationFrame, Prelude } from '../execute/evaluation-frame.ts';
import { aggregateFunctions } from '../functions/aggregates.ts';
import type { ScalarFunction } from '../functions/scalar-function.ts';
import type { BinaryOperator, Call, Expression } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import { equalityOperator } from '../values/equality.ts';
import { and, compareScalars, or, type StrictOperator, strictOperators, unaryOperators } from '../values/operators.ts';
import { memberReader, readIndex, setMember, type Value } from '../values/value.ts';
import { type Compilation, type ComputedProperty, type Scope, slotOf } from './compilation.ts';
import { constantOf } from './constants.ts';
import { likeMatcher } from './like.ts';
import { compileSubquery, lazyPrelude, prefetchable, preludeOf, type Reduction } from './subquery.ts';
import { isVectorDistanceCall, vectorPathOf } from './vector-distance.ts';

/** What a part of an expression needs to compile the parts below it. */
interface CompileContext {
  readonly scope: Scope;
  readonly compilation: Compilation;
  compile(child: Expression): Evaluate;
}

/** Compiles an expression to a closure over a frame. Throws a CosmosError 400 for an unknown name or function. */
export function compileExpression(node: Expression, scope: Scope, compilation: Compilation): Evaluate {
  const constant = constantOf(node, compilation.parameters);
  if (constant !== undefined) return () => constant.value;
  const children: Evaluate[] = [];
  const evaluate = compileNode(node, {
    scope,
    compilation,
    compile(child) {
      const compiled = compileExpression(child, scope, compilation);
      children.push(compiled);
      return compiled;
    },
  });
  return withPrelude(evaluate, evaluate.prelude ?? preludeOf(children));
}

function compileNode(node: Expression, context: CompileContext): Evaluate {
  const { scope, compilation, compile } = context;
  switch (node.kind) {
    case 'identifier':
      return readSlot(slotOf(scope, node.name, node));
    case 'property':
      return compileProperty(node, context);
    case 'index':
      if (constantOf(node.index, compilation.parameters) === undefined)
        throw queryError('SC2990', 'A member indexer must be a constant.', node.index);
      return compileIndex(compile(node.object), compile(node.index));
    case 'call':
      return compileCall(node, context);
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
      return negatable(node.negated, compileIn(node, context));
    case 'like':
      return negatable(node.negated, compileLike(node, context));
    default:
      return () => undefined; // literal and parameter, which are constants
  }
}

function readSlot(slot: number): Evaluate {
  return (frame) => frame.slots[slot];
}

function compileProperty(
  node: Extract<Expression, { kind: 'property' }>,
  { scope, compilation, compile }: CompileContext,
): Evaluate {
  const read = memberReader(node.name);
  if (node.object.kind === 'identifier') {
    const slot = slotOf(scope, node.object.name, node.object);
    const computed = compilation.itemSlots.has(slot) ? compilation.computed.get(node.name) : undefined;
    if (computed) return compileComputed(computed, slot, compilation);
    return (frame) => read(frame.slots[slot]);
  }
  const object = compile(node.object);
  return (frame) => read(object(frame));
}

/** Gives the item a second slot, in which it only has its stored properties. */
function compileComputed({ expression, alias }: ComputedProperty, item: number, compilation: Compilation): Evaluate {
  const stored = compilation.slot();
  const value = compileExpression(expression, { names: new Map([[alias, stored]]) }, compilation);
  const evaluate: Evaluate = (frame) => {
    frame.slots[stored] = frame.slots[item];
    return value(frame);
  };
  const { prelude } = value;
  if (prelude)
    evaluate.prelude = {
      ...prelude,
      run(frame) {
        frame.slots[stored] = frame.slots[item];
        return prelude.run(frame);
      },
    };
  return evaluate;
}

function compileIndex(object: Evaluate, index: Evaluate): Evaluate {
  return (frame) => readIndex(object(frame), index(frame));
}

/** What an item of an array or a property of an object takes besides its value. */
const PART_BYTES = 16;

function compileArray(items: readonly Evaluate[]): Evaluate {
  return (frame) => {
    const array: JsonValue[] = [];
    frame.work.allocate(PART_BYTES * items.length);
    for (const item of items) {
      const value = item(frame);
      if (value !== undefined) array.push(value);
    }
    return array;
  };
}

export function compileObject(members: readonly (readonly [name: string, value: Evaluate])[]): Evaluate {
  const evaluate: Evaluate = (frame) => {
    const object: Record<string, JsonValue> = {};
    frame.work.allocate(PART_BYTES * members.length);
    for (const [name, value] of members) setMember(object, name, value(frame));
    return object;
  };
  return withPrelude(evaluate, preludeOf(members.map(([, value]) => value)));
}

function compileUnary(compute: (operand: Value) => Value, operand: Evaluate): Evaluate {
  return (frame) => compute(operand(frame));
}

function compileConditional(condition: Evaluate, whenTrue: Evaluate, whenFalse: Evaluate): Evaluate {
  const evaluate: Evaluate = (frame) => (condition(frame) === true ? whenTrue(frame) : whenFalse(frame));
  return withPrelude(
    evaluate,
    lazyPrelude(condition, [whenTrue, whenFalse], (value) => (value === true ? whenTrue : whenFalse)),
  );
}

function withPrelude(evaluate: Evaluate, prelude: Prelude | undefined): Evaluate {
  if (prelude) evaluate.prelude = prelude;
  return evaluate;
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
  if (isLazy(operator)) {
    const prelude = lazyPrelude(first, [second], (value) => (needsRight[operator](value) ? second : undefined));
    return withPrelude(lazyOperators[operator](first, second), prelude);
  }
  const constant = constantValue(right);
  if (constant !== undefined && isScalar(constant.value)) return withConstant(operator, first, constant.value);
  const compute = strictOperators[operator];
  return (frame) => {
    const [one, other] = [first(frame), second(frame)];
    chargeLong(frame, one);
    chargeLong(frame, other);
    return compute(one, other);
  };
}

/** Counts what it takes to compare, or join, values other than short ones. */
function chargeLong({ work }: EvaluationFrame, value: Value): void {
  if (typeof value === 'string' ? value.length > SHORT : typeof value === 'object') work.chargeValue(value);
}

/** In characters. */
const SHORT = 256;

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

/** Whether the operator evaluates its right operand, given the value of the left one. */
const needsRight: Readonly<Record<LazyOperator, (left: Value) => boolean>> = {
  '??': (value) => value === undefined,
  AND: (value) => value !== false,
  OR: (value) => value !== true,
};

function isLazy(operator: BinaryOperator): operator is LazyOperator {
  return operator in lazyOperators;
}

type Scalar = null | boolean | number | string;

function isScalar(value: Value): value is Scalar {
  return value !== undefined && (value === null || typeof value !== 'object');
}

/** Fast path for the most common filter, `c.a = 5`: no general comparison of two values. */
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
  return (frame) => {
    const value = operand(frame);
    chargeLong(frame, value);
    return compute(value, constant);
  };
}

/** A call of a user-defined function costs as much as many built-in ones: it leaves this thread. */
const USER_FUNCTION_STEPS = 1_000;

function invokeUserFunction(node: Call, context: CompileContext): Evaluate {
  context.compilation.userFunctions.add(node.name);
  const args = node.arguments.map(context.compile);
  return (frame) => {
    const { callUserFunction } = frame.context;
    if (!callUserFunction) throw queryError('SC2005', `'udf.${node.name}' is not available here.`, node);
    frame.work.charge(USER_FUNCTION_STEPS);
    return callUserFunction(
      node.name,
      args.map((argument) => argument(frame)),
    );
  };
}

/** A call of a function or aggregate. */
function compileCall(node: Call, context: CompileContext): Evaluate {
  if (node.udf) return invokeUserFunction(node, context);
  const name = node.name.toUpperCase();
  if (aggregateFunctions.has(name)) return compileAggregate(node, name, context);
  const definition = context.compilation.functions.get(name);
  if (definition === undefined) {
    throw queryError('SC2005', `'${node.name}' is not a recognized built-in function name.`, node);
  }
  checkArity(node, name, definition);
  const args = node.arguments.map(context.compile);
  if (isVectorDistanceCall(node)) return invokeOnVectors(definition, args, vectorPathOf(node));
  return invoke(definition, args);
}

function checkArity(node: Call, name: string, { minArgs, maxArgs }: Pick<ScalarFunction, 'minArgs' | 'maxArgs'>): void {
  const count = node.arguments.length;
  if (count >= minArgs && count <= maxArgs) return;
  const expected = minArgs === maxArgs ? `${minArgs}` : `${minArgs} to ${maxArgs}`;
  const range = maxArgs === Number.POSITIVE_INFINITY ? `at least ${minArgs}` : expected;
  throw queryError('SC2050', `The ${name} function requires ${range} argument(s).`, node);
}

/** Calls a function, and counts the steps that it takes and the bytes of a string or an array that it makes. */
function invoke(definition: ScalarFunction, args: readonly Evaluate[]): Evaluate {
  const call = (frame: EvaluationFrame, values: readonly Value[]) => {
    const { work, context } = frame;
    if (definition.cost) work.charge(definition.cost(values, work));
    else for (const value of values) work.chargeValue(value);
    const result = definition.evaluate(values, context);
    if (typeof result === 'string') work.allocate(result.length);
    else if (Array.isArray(result)) work.allocate(PART_BYTES * result.length);
    return result;
  };
  const [first, second] = args;
  if (first !== undefined && args.length === 1) return (frame) => call(frame, [first(frame)]);
  if (first !== undefined && second !== undefined && args.length === 2) {
    return (frame) => call(frame, [first(frame), second(frame)]);
  }
  return (frame) =>
    call(
      frame,
      args.map((arg) => arg(frame)),
    );
}

/** VectorDistance takes the path as a fifth argument; those before it that are left out are undefined. */
function invokeOnVectors(definition: ScalarFunction, args: readonly Evaluate[], path: string | undefined): Evaluate {
  const all = Array.from({ length: 4 }, (_, index) => args[index] ?? (() => undefined));
  return invoke(definition, [...all, () => path]);
}

/** Reads the aggregate's result; the executor feeds its argument with the rows of the group. */
function compileAggregate(node: Call, name: string, { scope, compilation }: CompileContext): Evaluate {
  const [argument] = node.arguments;
  checkArity(node, name, { minArgs: 1, maxArgs: 1 });
  if (scope.aggregates === undefined) {
    throw queryError('SC2073', `The aggregate function '${name}' is not allowed here.`, node);
  }
  const slot = compilation.aggregateSlot();
  const definition = aggregateFunctions.get(name);
  if (definition === undefined || argument === undefined) throw new RangeError(`No aggregate ${name}`);
  const inner: Scope = { names: scope.names };
  scope.aggregates.push({
    slot,
    keepsValues: definition.keepsValues === true,
    argument: compilation.expression(argument, inner),
    start: () => definition.start(),
  });
  return (frame) => frame.aggregates[slot];
}

/** `x IN (a, b)` is `x = a OR x = b`; over a query, its rows are the list. */
function compileIn(node: Extract<Expression, { kind: 'in' }>, context: CompileContext): Evaluate {
  const operand = context.compile(node.operand);
  if ('select' in node.list) {
    const query = context.compilation.query(node.list, context.scope, { retains: false });
    const found = prefetchable(context.compilation.prefetch(), query, (frame) => membership(operand(frame), frame));
    return withPrelude((frame) => found(frame), preludeOf([operand, found]));
  }
  const constants = node.list.map((item) => constantOf(item, context.compilation.parameters));
  if (constants.every((constant) => isScalar(constant?.value))) {
    return isAmongScalars(operand, new Set(constants.map((constant) => constant?.value)));
  }
  const items = node.list.map(context.compile);
  return (frame) => {
    const value = operand(frame);
    const { add, value: found } = membership(value, frame);
    for (const item of items) if (add(item(frame))) break;
    return found();
  };
}

function isAmongScalars(operand: Evaluate, scalars: ReadonlySet<Value>): Evaluate {
  return (frame) => {
    const value = operand(frame);
    return value === undefined ? undefined : scalars.has(value);
  };
}

/** Whether a value is among rows. */
function membership(value: Value, frame: EvaluationFrame): Reduction {
  let found: boolean | undefined = false;
  return {
    add(row) {
      chargeLong(frame, row);
      found = or(found, equalityOperator(value, row));
      return found === true;
    },
    value: () => found,
  };
}

function compileLike(node: Extract<Expression, { kind: 'like' }>, context: CompileContext): Evaluate {
  const operand = context.compile(node.operand);
  const constant = constantOf(node.pattern, context.compilation.parameters);
  const pattern = context.compile(node.pattern);
  let known = typeof constant?.value === 'string' ? constant.value : '';
  let matches = likeMatcher(known, node.escape);
  return (frame) => {
    const text = operand(frame);
    const wanted = pattern(frame);
    if (typeof text !== 'string' || typeof wanted !== 'string') return undefined;
    if (wanted !== known) {
      frame.work.charge(wanted.length);
      known = wanted;
      matches = likeMatcher(wanted, node.escape);
    }
    frame.work.chargeValue(text);
    return matches(text, (steps) => frame.work.charge(steps));
  };
}
