import { declaredProperty } from '../../domain/declared-property.ts';
import { type Condition, type OrderBy, SORTABLE_PROPERTIES } from '../../domain/operation-query.ts';
import type { EnumView } from '../../domain/teams-async-operation.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import { QueryOptionError, shown } from '../query-option-error.ts';
import type { QueryOptions } from '../request-options.ts';
import { parseSearch } from './search.ts';

/** The largest page; `$top` beyond it is rejected, `Prefer: odata.maxpagesize` is held to it. */
export const MAX_PAGE_SIZE = 999;
export const DEFAULT_PAGE_SIZE = 100;

const INT32_MAX = 2 ** 31 - 1;

export interface ListOptions {
  readonly where: Condition | null;
  readonly orderBy: readonly OrderBy[];
  /** Null: the default. 0 is a page without operations. */
  readonly top: number | null;
  readonly skip: number;
  readonly count: boolean;
  /** Null: all properties. */
  readonly select: readonly string[] | null;
}

/** @throws QueryOptionError naming the option that is wrong */
export function parseListOptions(options: QueryOptions, view: EnumView): ListOptions {
  const top = parseInteger('top', options.top);
  if (top !== null && top > MAX_PAGE_SIZE)
    throw new QueryOptionError(
      `The limit of '${MAX_PAGE_SIZE}' for Top query has been exceeded. The value from the incoming request is '${top}'.`,
    );
  return {
    where: parseConditions(options, view),
    orderBy: parseOrderBy(options.orderby),
    top,
    skip: parseInteger('skip', options.skip) ?? 0,
    count: parseBoolean(options.count),
    select: parseSelect(options.select),
  };
}

/** `$filter` and `$search`; where both are there, both must hold. Null: neither is. */
export function parseConditions({ filter, search }: QueryOptions, view: EnumView): Condition | null {
  const conditions = [
    ...(filter === undefined ? [] : [parseFilter(filter, view)]),
    ...(search === undefined ? [] : [parseSearch(search)]),
  ];
  const [first = null, second] = conditions;
  return second ? { kind: 'and', conditions } : first;
}

function parseInteger(name: 'top' | 'skip', text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,10}$/.test(text) || Number(text) > INT32_MAX)
    throw new QueryOptionError(
      `Invalid value '${shown(text)}' for $${name} query option found. The $${name} query option requires a non-negative integer value.`,
    );
  return Number(text);
}

function parseBoolean(text: string | undefined): boolean {
  if (text === undefined) return false;
  const word = text.toLowerCase();
  if (word !== 'true' && word !== 'false')
    throw new QueryOptionError(
      `Invalid value '${shown(text)}' for $count query option found. Valid values are 'true' and 'false'.`,
    );
  return word === 'true';
}

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

const IDENTIFIER = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]{0,127}$/u;
const MAX_SELECTED = 100;

/**
 * The properties to return, each by its path; the type is open, so any name may be one. `error($select=code)` is another
 * way to write `error/code`.
 *
 * @returns null: all of them
 * @throws QueryOptionError a name that is none, a path into what is not complex, or too many
 */
export function parseSelect(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  const items = text.split(/,(?![^()]*\))/, MAX_SELECTED + 1).flatMap((item) => toPaths(item.trim()));
  if (items.length > MAX_SELECTED)
    throw new QueryOptionError(`The $select names more than ${MAX_SELECTED} properties.`);
  const wrong = items.find((path) => path !== '*' && !isSelectable(path.split('/')));
  if (wrong !== undefined)
    throw new QueryOptionError(`The term '${shown(wrong)}' is not valid in a $select expression.`);
  return items.includes('*') ? null : [...new Set(items)];
}

/** What is inside parentheses is below what stands before them. */
function toPaths(item: string): readonly string[] {
  const { name, inner } = /^(?<name>[^()]+)\(\s*\$?select\s*=(?<inner>[^()]*)\)$/i.exec(item)?.groups ?? {};
  if (name === undefined || inner === undefined) return [item];
  return inner.split(',').map((member) => `${name.trim()}/${member.trim()}`);
}

function isSelectable(path: readonly string[]): boolean {
  if (!path.every((name) => IDENTIFIER.test(name))) return false;
  return path.length === 1 || declaredProperty(path) !== undefined;
}
