import { declaredProperty } from '../../domain/declared-property.ts';
import type { OrderBy, Place } from '../../domain/operation-query.ts';
import { propertyPath, type Statement } from '../statement.ts';
import { SORT_PATHS } from './operation-document.ts';

/**
 * What lies behind a place in an order: (a > x) or (a = x and (b > y or (b = y and ...))). So a page begins behind the
 * last operation of the page before it, whatever was written in between.
 */
export function cursorSql(orderBy: readonly OrderBy[], place: Place, statement: Statement): string {
  const [first, ...others] = orderBy;
  const [value = null, ...otherValues] = place;
  if (!first) return 'false';
  const key = { ...first, path: propertyPath(SORT_PATHS[first.property]), value };
  const behind = behindSql(key, statement);
  if (others.length === 0) return behind;
  const further = `(${equalSql(key, statement)} AND ${cursorSql(others, otherValues, statement)})`;
  const either = `(${behind} OR ${further})`;
  const range = rangeSql(key, statement);
  return range ? `(${range} AND ${either})` : either;
}

interface Key extends OrderBy {
  readonly path: string;
  readonly value: string | number | null;
}

/** Nulls are lowest: behind one lies every value in ascending order, and nothing in descending order. */
function behindSql({ path, value, descending }: Key, statement: Statement): string {
  if (value === null) return descending ? 'false' : `NOT IS_NULL(${path})`;
  const bound = statement.bind(value);
  return descending ? `(${path} < ${bound} OR IS_NULL(${path}))` : `${path} > ${bound}`;
}

function equalSql({ path, value }: Key, statement: Statement): string {
  return value === null ? `IS_NULL(${path})` : `${path} = ${statement.bind(value)}`;
}

/** Says again, as one range, what the alternatives imply: an index serves a range and not an OR. Null: there is none. */
function rangeSql({ property, path, value, descending }: Key, statement: Statement): string | null {
  if (value === null) return null;
  if (!descending) return `${path} >= ${statement.bind(value)}`;
  return declaredProperty(property.split('/'))?.nullable ? null : `${path} <= ${statement.bind(value)}`;
}
