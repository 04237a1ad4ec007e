import { type OrderBy, SORTABLE_PROPERTIES } from '../../domain/operation-query.ts';
import { QueryOptionError, shown } from '../query-option-error.ts';

const MAX_PROPERTIES = 5;
const ITEM = /^(?<path>[^\s]+)(?:\s+(?<direction>asc|desc))?$/i;

/** Oldest first, so that what is created while a client pages comes at the end. */
const DEFAULT_ORDER: readonly OrderBy[] = [{ property: 'createdDateTime', descending: false }];

/**
 * The order in which to list, down to the id: no two operations are equal in it.
 *
 * @throws QueryOptionError what cannot be sorted by, is repeated, or is too much
 */
export function parseOrderBy(text: string | undefined): readonly OrderBy[] {
  const given = text === undefined ? DEFAULT_ORDER : text.split(',', MAX_PROPERTIES + 1).map(parseItem);
  if (given.length > MAX_PROPERTIES)
    throw new QueryOptionError(
      `The number of clauses in $orderby query option exceeded the maximum number allowed, which is ${MAX_PROPERTIES}.`,
    );
  const repeated = given.find(({ property }, index) => given.findIndex((other) => other.property === property) < index);
  if (repeated)
    throw new QueryOptionError(`Duplicate property named '${repeated.property}' is not supported in '$orderby'.`);
  const last = given.at(-1);
  const id = given.findIndex(({ property }) => property === 'id');
  // Ids are unique: what is sorted behind one makes no difference.
  if (id >= 0) return given.slice(0, id + 1);
  return [...given, { property: 'id', descending: last?.descending ?? false }];
}

function parseItem(item: string): OrderBy {
  const { path, direction } = ITEM.exec(item.trim())?.groups ?? {};
  if (path === undefined) throw new QueryOptionError(`Syntax error in the $orderby expression '${shown(item)}'.`);
  const property = SORTABLE_PROPERTIES.find((name) => name === path);
  if (!property)
    throw new QueryOptionError(`The property '${shown(path)}' cannot be used in the $orderby query option.`);
  return { property, descending: direction?.toLowerCase() === 'desc' };
}
