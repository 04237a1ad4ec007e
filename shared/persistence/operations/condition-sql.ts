import { declaredProperty } from '../../domain/declared-property.ts';
import type {
  ComparisonOperator,
  Condition,
  Expression,
  FunctionCall,
  FunctionName,
} from '../../domain/operation-query.ts';
import { propertyPath, type Statement } from '../statement.ts';
import { SORT_PATHS, toDateKey } from './operation-document.ts';

type Comparison = Extract<Condition, { kind: 'comparison' }>;

const OPERATORS: Readonly<Record<Exclude<ComparisonOperator, 'ne'>, string>> = {
  eq: '=',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
};

/**
 * A condition as Cosmos DB's SQL. There, comparing values of different types (null among them) or of missing properties is
 * undefined, and so is the opposite: `?? false` makes two truth values of three, and only where something is negated,
 * because an undefined condition leaves an item out as a false one does, and an index cannot serve `??`.
 */
export function conditionSql(condition: Condition, statement: Statement): string {
  switch (condition.kind) {
    case 'constant':
      return String(condition.value);
    case 'and':
    case 'or':
      return joined(condition, statement);
    case 'not':
      return negationSql(condition.condition, statement);
    case 'comparison':
      return comparisonSql(condition, statement);
    case 'in':
      return amongSql(condition, statement);
    case 'truth':
      return truthSql(condition.value, statement);
  }
}

function joined({ kind, conditions }: Extract<Condition, { kind: 'and' | 'or' }>, statement: Statement): string {
  return `(${conditions.map((part) => conditionSql(part, statement)).join(kind === 'and' ? ' AND ' : ' OR ')})`;
}

/** What is not true. A function on text that got no text stays undefined: OData has it null, and so is its opposite. */
function negationSql(condition: Condition, statement: Statement): string {
  switch (condition.kind) {
    case 'constant':
      return String(!condition.value);
    case 'and':
    case 'or':
      return joined(opposite(condition), statement);
    case 'not':
      return conditionSql(condition.condition, statement);
    case 'truth':
      return `NOT ${truthSql(condition.value, statement)}`;
    default:
      return `NOT (${conditionSql(condition, statement)} ?? false)`;
  }
}

function opposite({
  kind,
  conditions,
}: Extract<Condition, { kind: 'and' | 'or' }>): Extract<Condition, { kind: 'and' | 'or' }> {
  return {
    kind: kind === 'and' ? 'or' : 'and',
    conditions: conditions.map((condition) => ({ kind: 'not', condition })),
  };
}

function comparisonSql({ operator, left, right }: Comparison, statement: Statement): string {
  if (operator === 'ne')
    return `NOT (${comparisonSql({ kind: 'comparison', operator: 'eq', left, right }, statement)} ?? false)`;
  if (isNull(right)) return isNullSql(left, statement);
  if (isNull(left)) return isNullSql(right, statement);
  return `(${expressionSql(left, statement)} ${OPERATORS[operator]} ${expressionSql(right, statement)})`;
}

function amongSql({ value, among }: Extract<Condition, { kind: 'in' }>, statement: Statement): string {
  const values = among.filter((literal) => !isNull(literal));
  const alternatives = [
    ...(values.length > 0
      ? [
          `${expressionSql(value, statement)} IN (${values.map((literal) => expressionSql(literal, statement)).join(', ')})`,
        ]
      : []),
    ...(values.length < among.length ? [isNullSql(value, statement)] : []),
  ];
  return `(${alternatives.join(' OR ')})`;
}

/** A property that is missing (a dynamic one, or `error/code` without an error) has no value, as one that is null. */
function isNullSql(expression: Expression, statement: Statement): string {
  const sql = expressionSql(expression, statement);
  return `(NOT IS_DEFINED(${sql}) OR IS_NULL(${sql}))`;
}

/** A function on text is true or false by itself; of a dynamic property nobody knows what it holds. */
function truthSql(value: Expression, statement: Statement): string {
  const sql = expressionSql(value, statement);
  return value.kind === 'call' ? sql : `(${sql} = true)`;
}

function expressionSql(expression: Expression, statement: Statement): string {
  switch (expression.kind) {
    case 'literal':
      return statement.bind(expression.value);
    case 'dateTime':
      return statement.bind(toDateKey(expression.value));
    case 'property':
      return propertySql(expression.path);
    case 'call':
      return callSql(expression, statement);
  }
}

function callSql({ name, arguments: given }: FunctionCall, statement: Statement): string {
  if (name === 'substring') return substringSql(given, statement);
  const [first = '', second = ''] = given.map((part) => expressionSql(part, statement));
  return CALLS[name](first, second);
}

/** No text that is stored is longer: Cosmos DB's limit on an item. */
const MAX_TEXT_LENGTH = 2 ** 21;

/** From a negative start on, which counts from the end: the end of the text. Each argument is written once, or nested calls grow without bound. */
function substringSql([text, start, length]: readonly Expression[], statement: Statement): string {
  if (!text || !start) return 'undefined';
  const value = expressionSql(text, statement);
  const most = length ? expressionSql(length, statement) : String(MAX_TEXT_LENGTH);
  const fromEnd = start.kind === 'literal' && typeof start.value === 'number' && start.value < 0 ? -start.value : null;
  if (fromEnd === null) return `SUBSTRING(${value}, ${expressionSql(start, statement)}, ${most})`;
  return `SUBSTRING(RIGHT(${value}, ${statement.bind(fromEnd)}), 0, ${most})`;
}

/** Functions of Cosmos DB for those of OData. Times are texts of equal length: their parts are where they always are. */
const CALLS: Readonly<Record<Exclude<FunctionName, 'substring'>, (first: string, second: string) => string>> = {
  startswith: (text, part) => `STARTSWITH(${text}, ${part})`,
  endswith: (text, part) => `ENDSWITH(${text}, ${part})`,
  contains: (text, part) => `CONTAINS(${text}, ${part})`,
  tolower: (text) => `LOWER(${text})`,
  toupper: (text) => `UPPER(${text})`,
  trim: (text) => `TRIM(${text})`,
  length: (text) => `LENGTH(${text})`,
  indexof: (text, part) => `INDEX_OF(${text}, ${part})`,
  concat: (text, other) => `CONCAT(${text}, ${other})`,
  year: (time) => digitsSql(time, 0, 4),
  month: (time) => digitsSql(time, 5, 2),
  day: (time) => digitsSql(time, 8, 2),
  hour: (time) => digitsSql(time, 11, 2),
  minute: (time) => digitsSql(time, 14, 2),
  second: (time) => digitsSql(time, 17, 2),
  fractionalseconds: (time) => `StringToNumber(CONCAT("0.", SUBSTRING(${time}, 20, 12)))`,
  date: (time) => `CONCAT(SUBSTRING(${time}, 0, 10), "T00:00:00.000000000000Z")`,
  add: (left, right) => `(${left} + ${right})`,
  sub: (left, right) => `(${left} - ${right})`,
  mul: (left, right) => `(${left} * ${right})`,
  div: (left, right) => `TRUNC(${left} / ${right})`,
  divby: (left, right) => `(${left} / ${right})`,
  mod: (left, right) => `(${left} % ${right})`,
  negate: (number) => `(-${number})`,
};

/** A text with zeros in front is no number for Cosmos DB: a digit is put before them, and taken off the number. */
function digitsSql(time: string, start: number, length: number): string {
  return `(StringToNumber(CONCAT("1", SUBSTRING(${time}, ${start}, ${length}))) - ${10 ** length})`;
}

/** Times are compared by their keys, which have equal length. */
function propertySql(path: readonly string[]): string {
  const declared = declaredProperty(path);
  if (!declared) return propertyPath(['dynamicProperties', ...path]);
  const [name] = path;
  if (declared.type === 'Edm.DateTimeOffset' && (name === 'createdDateTime' || name === 'lastActionDateTime'))
    return propertyPath(SORT_PATHS[name]);
  return propertyPath(path);
}

function isNull(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value === null;
}
