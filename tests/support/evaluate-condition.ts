import type { Condition, Expression, Scalar } from '../../shared/domain/operation-query.ts';
import type { TeamsAsyncOperation } from '../../shared/domain/teams-async-operation.ts';

/** OData's truth: null is neither, and what is not true does not pass. */
type Truth = boolean | null;

/** What a condition says of one operation, computed as OData defines it and as slowly as it likes. */
export function passes(condition: Condition | null, operation: TeamsAsyncOperation): boolean {
  return condition === null || truthOf(condition, operation) === true;
}

function truthOf(condition: Condition, operation: TeamsAsyncOperation): Truth {
  switch (condition.kind) {
    case 'constant':
      return condition.value;
    case 'and':
      return all(condition.conditions.map((part) => truthOf(part, operation)));
    case 'or':
      return negate(all(condition.conditions.map((part) => negate(truthOf(part, operation)))));
    case 'not':
      return negate(truthOf(condition.condition, operation));
    case 'truth':
      return toTruth(evaluate(condition.value, operation));
    case 'in':
      return condition.among.some((literal) =>
        equal(evaluate(condition.value, operation), evaluate(literal, operation)),
      );
    case 'comparison':
      return compare(condition.operator, evaluate(condition.left, operation), evaluate(condition.right, operation));
  }
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(null) ? null : true;
}

function negate(value: Truth): Truth {
  return value === null ? null : !value;
}

function toTruth(value: unknown): Truth {
  return typeof value === 'boolean' ? value : null;
}

function equal(left: unknown, right: unknown): boolean {
  return left === right;
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  if (operator === 'eq') return equal(left, right);
  if (operator === 'ne') return !equal(left, right);
  if (typeof left !== typeof right || left === null || right === null) return false;
  if (typeof left !== 'string' && typeof left !== 'number') return false;
  const [first, second] = [left, right as typeof left]; // of the same type, as just checked
  if (operator === 'gt') return first > second;
  if (operator === 'ge') return first >= second;
  return operator === 'lt' ? first < second : first <= second;
}

/** Times become texts of equal length; what is missing is null; objects stay what they are, equal to nothing. */
function evaluate(expression: Expression, operation: TeamsAsyncOperation): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'dateTime':
      return padded(expression.value);
    case 'property':
      return propertyOf(expression.path, operation);
    case 'call':
      return call(
        expression.name,
        expression.arguments.map((argument) => evaluate(argument, operation)),
      );
  }
}

const DECLARED = Object.keys({
  id: 0,
  operationType: 0,
  createdDateTime: 0,
  status: 0,
  lastActionDateTime: 0,
  attemptsCount: 0,
  targetResourceId: 0,
  targetResourceLocation: 0,
  error: 0,
});

export function propertyOf(path: readonly string[], operation: TeamsAsyncOperation): unknown {
  const [first = ''] = path;
  let value: unknown = DECLARED.includes(first) ? operation : operation.dynamicProperties;
  for (const name of path) {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    value = isObject ? (value as Record<string, unknown>)[name] : null; // an object, as just checked
  }
  return first.endsWith('DateTime') && DECLARED.includes(first) ? padded(String(value)) : value;
}

export function padded(utc: string): string {
  const [seconds = '', fraction = ''] = utc.slice(0, -1).split('.');
  return `${seconds}.${fraction.padEnd(12, '0')}`;
}

function call(name: string, values: readonly unknown[]): Scalar {
  if (name in ARITHMETIC) return arithmetic(name, values);
  if (name in TIME_PARTS || name === 'date') return partOf(name, values[0]);
  if (name === 'substring') return substring(values);
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length < values.length) return null;
  const [text = '', part = ''] = texts;
  const results: Record<string, () => Scalar> = {
    startswith: () => text.startsWith(part),
    endswith: () => text.endsWith(part),
    contains: () => text.includes(part),
    tolower: () => text.toLowerCase(),
    toupper: () => text.toUpperCase(),
    trim: () => text.trim(),
    length: () => text.length,
    indexof: () => text.indexOf(part),
    concat: () => text + part,
  };
  return results[name]?.() ?? null;
}

function substring([text, start, length]: readonly unknown[]): Scalar {
  if (typeof text !== 'string' || typeof start !== 'number') return null;
  return text.slice(start, typeof length === 'number' ? start + length : undefined);
}

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  add: (left, right) => left + right,
  sub: (left, right) => left - right,
  mul: (left, right) => left * right,
  div: (left, right) => Math.trunc(left / right),
  divby: (left, right) => left / right,
  mod: (left, right) => left % right,
  negate: (number) => -number,
};

function arithmetic(name: string, values: readonly unknown[]): Scalar {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return null;
  const result = ARITHMETIC[name]?.(numbers[0] ?? 0, numbers[1] ?? 0) ?? null;
  return result !== null && Number.isFinite(result) ? result + 0 : null;
}

/** Where the parts are in a time as `padded()` writes it. */
const TIME_PARTS: Readonly<Record<string, readonly [start: number, end: number]>> = {
  year: [0, 4],
  month: [5, 7],
  day: [8, 10],
  hour: [11, 13],
  minute: [14, 16],
  second: [17, 19],
  fractionalseconds: [19, 32],
};

function partOf(name: string, time: unknown): Scalar {
  if (typeof time !== 'string') return null;
  if (name === 'date') return padded(`${time.slice(0, 10)}T00:00:00Z`);
  const [start, end] = TIME_PARTS[name] ?? [0, 0];
  return Number(time.slice(start, end));
}
