import { isAggregate } from '../compile/clause-rules.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { outputNames } from '../syntax/output-names.ts';
import { printExpression } from '../syntax/printer.ts';
import { planError } from '../syntax/query-error.ts';
import { anyExpression } from '../syntax/walk.ts';

/** The plan's name of each aggregate. */
export const AGGREGATE_TYPES = {
  AVG: 'Average',
  COUNT: 'Count',
  COUNTIF: 'CountIf',
  MAKELIST: 'MakeList',
  MAKESET: 'MakeSet',
  MAX: 'Max',
  MIN: 'Min',
  SUM: 'Sum',
} as const;
export type AggregateType = (typeof AGGREGATE_TYPES)[keyof typeof AGGREGATE_TYPES];

/** An item of the select list, with the aggregate it is, if it is one. */
export interface PlannedItem {
  readonly name: string;
  readonly expression: Expression;
  readonly aggregate: AggregateType | undefined;
}

/** The items of a select list; that of `SELECT VALUE x` is one item without a name, that of `SELECT *` none. */
export function plannedItems({ select: { selection } }: Query): readonly PlannedItem[] {
  if (selection.kind === 'all') return [];
  if (selection.kind === 'value') return [plannedItem(selection.expression, '')];
  const names = outputNames(selection.items);
  return selection.items.map((item, index) => plannedItem(item.expression, names[index] ?? ''));
}

function plannedItem(expression: Expression, name: string): PlannedItem {
  if (isAggregate(expression)) return { name, expression, aggregate: aggregateType(expression) };
  if (anyExpression(expression, isAggregate)) {
    throw planError('Compositions of aggregates and other expressions are not allowed.');
  }
  return { name, expression, aggregate: undefined };
}

function aggregateType(expression: Expression): AggregateType | undefined {
  const name = expression.kind === 'call' ? expression.name.toUpperCase() : '';
  return Object.entries(AGGREGATE_TYPES).find(([key]) => key === name)?.[1];
}

/** The partial result of an aggregate that each partition sends, for the client to merge. */
export function printPartialAggregate(expression: Expression): string {
  if (expression.kind !== 'call') throw new RangeError('Only a call is an aggregate');
  const argument = expression.arguments.map(printExpression).join(', ');
  const name = expression.name.toUpperCase();
  if (name === 'AVG') return `{"item": {"sum": SUM(${argument}), "count": COUNT(${argument})}}`;
  if (name !== 'MIN' && name !== 'MAX') return `{"item": ${name}(${argument})}`;
  // The count tells a partition without values from one whose extreme is undefined.
  const pair = `{"${name.toLowerCase()}": ${name}(${argument}), "count": COUNT(${argument})}`;
  return `{"item": ${name}(${argument}), "item2": ${pair}}`;
}
