import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * A statement whose rows are arrays, which cost a quarter less than objects. Node.js before 22.16 has objects alone:
 * whoever reads the rows takes either.
 */
export function prepareArrayRows(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  if ('setReturnArrays' in statement) statement.setReturnArrays(true);
  return statement;
}
