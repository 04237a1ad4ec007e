import type { SqlQuerySpec } from '@azure/cosmos';
import type { Condition, OperationQuery, OrderBy, SortableProperty } from '../../domain/operation-query.ts';
import { propertyPath, Statement } from '../statement.ts';
import { conditionSql } from './condition-sql.ts';
import { cursorSql } from './cursor-sql.ts';
import { OPERATION_KIND, SORT_PATHS } from './operation-document.ts';

/**
 * The ids that operations can have: all but those that begin with `$`, which are of records. Said as two ranges, for an
 * index serves a range: lower ids and higher ones.
 */
export const ID_RANGES = [`${propertyPath(['id'])} < "$"`, `${propertyPath(['id'])} >= "%"`] as const;
export type IdRange = (typeof ID_RANGES)[number];

/** A page of operations: those of the kind, that pass the filter, behind the place, in order. The partition is the SDK's to name. */
export function listSql(
  { where, orderBy, skip, after, limit }: OperationQuery,
  ids: IdRange | null = null,
): SqlQuerySpec {
  const statement = new Statement();
  const conditions = [isOperation(statement)];
  if (where) conditions.push(conditionSql(where, statement));
  if (after) conditions.push(cursorSql(orderBy, after, statement));
  if (ids) conditions.push(ids);
  conditions.push(...hasSortKey(orderBy, statement));
  const window = `OFFSET ${statement.bind(skip)} LIMIT ${statement.bind(limit)}`;
  return statement.toQuery(
    `SELECT * FROM c WHERE ${conditions.join(' AND ')} ORDER BY ${orderBy.map(orderSql).join(', ')} ${window}`,
  );
}

export function countSql(where: Condition | null): SqlQuerySpec {
  const statement = new Statement();
  const conditions = [isOperation(statement)];
  if (where) conditions.push(conditionSql(where, statement));
  return statement.toQuery(`SELECT VALUE COUNT(1) FROM c WHERE ${conditions.join(' AND ')}`);
}

function isOperation(statement: Statement): string {
  return `${propertyPath(['kind'])} = ${statement.bind(OPERATION_KIND)}`;
}

/** Below every sort key of a property that has one in all operations. */
const LOWEST_KEYS: Partial<Record<SortableProperty, string | number>> = {
  createdDateTime: '',
  lastActionDateTime: '',
  operationType: 0,
  status: 0,
  attemptsCount: -(2 ** 31),
};

/**
 * What operations have and the other items of a chat have not: without saying so, an index in the order asked for leads
 * past a record of a change for each operation, for items without the key come before all that have it.
 */
function hasSortKey([first]: readonly OrderBy[], statement: Statement): readonly string[] {
  if (!first) return [];
  const lowest = LOWEST_KEYS[first.property];
  return lowest === undefined ? [] : [`${propertyPath(SORT_PATHS[first.property])} >= ${statement.bind(lowest)}`];
}

function orderSql({ property, descending }: OrderBy): string {
  return `${propertyPath(SORT_PATHS[property])} ${descending ? 'DESC' : 'ASC'}`;
}
