import type { EnumView } from '../../domain/evolvable-enums.ts';
import type { Condition, OrderBy } from '../../domain/operation-query.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import { QueryOptionError, shown } from '../query-option-error.ts';
import { parseOrderBy } from './order-by.ts';
import type { QueryOptions } from './query-options.ts';
import { parseSearch } from './search.ts';
import { parseSelect } from './select.ts';

/** The largest page; `$top` beyond it is refused, `Prefer: odata.maxpagesize` is held to it. */
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
  if (text !== undefined && text !== 'true' && text !== 'false')
    throw new QueryOptionError(
      `Invalid value '${shown(text)}' for $count query option found. Valid values are 'true' and 'false'.`,
    );
  return text === 'true';
}
