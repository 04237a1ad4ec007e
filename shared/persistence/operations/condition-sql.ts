import { declaredProperty } from '../../domain/declared-property.ts';
import type { ComparisonOperator, Condition, Expression } from '../../domain/operation-query.ts';
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

/** Every name below is Cosmos DB's for the OData function of that name. */
function expressionSql(expression: Expression, statement: Statement): string {
  switch (expression.kind) {
    case 'literal':
      return statement.bind(expression.value);
    case 'dateTime':
      return statement.bind(toDateKey(expression.value));
    case 'property':
      return propertySql(expression.path);
    case 'call':
      return `${FUNCTIONS[expression.name]}(${expression.arguments.map((argument) => expressionSql(argument, statement)).join(', ')})`;
  }
}

const FUNCTIONS: Readonly<Record<Extract<Expression, { kind: 'call' }>['name'], string>> = {
  startswith: 'STARTSWITH',
  endswith: 'ENDSWITH',
  contains: 'CONTAINS',
  tolower: 'LOWER',
  toupper: 'UPPER',
  length: 'LENGTH',
};

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
