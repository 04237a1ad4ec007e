import { QueryOptionError, shown } from '../query-option-error.ts';

/** OData's system query options, in lower case, as messages spell them. */
const KNOWN_OPTIONS: Readonly<Record<string, string>> = {
  apply: 'Apply',
  compute: 'Compute',
  count: 'Count',
  deltatoken: 'DeltaToken',
  expand: 'Expand',
  filter: 'Filter',
  format: 'Format',
  orderby: 'OrderBy',
  schemaversion: 'SchemaVersion',
  search: 'Search',
  select: 'Select',
  skip: 'Skip',
  skiptoken: 'SkipToken',
  top: 'Top',
};

export type QueryOptionName =
  | 'count'
  | 'filter'
  | 'format'
  | 'orderby'
  | 'search'
  | 'select'
  | 'skip'
  | 'skiptoken'
  | 'top';

/** What a URL asks, decoded. */
export type QueryOptions = Readonly<Partial<Record<QueryOptionName, string>>>;

/** More than any URL that hosts let through carries. */
const MAX_QUERY_LENGTH = 64 * 1024;

/**
 * Reads the options of a URL's query, of which nothing is ignored. The `$` is optional, as beta has it, and may be percent-encoded;
 * letter case does not matter (`$skipToken` is what Graph's client for JavaScript sends).
 *
 * @param search as `URL` has it: empty, or with its `?`
 * @throws QueryOptionError an option that is unknown, not allowed here, repeated, or not percent-encoded UTF-8
 */
export function readQueryOptions(search: string, allowed: readonly QueryOptionName[]): QueryOptions {
  if (search.length > MAX_QUERY_LENGTH) throw new QueryOptionError(`It exceeds ${MAX_QUERY_LENGTH} characters.`);
  const options: Partial<Record<QueryOptionName, string>> = {};
  for (const part of search.slice(1).split('&').filter(Boolean)) {
    const [key = '', value = ''] = part.split(/=(.*)/s, 2).map(decode);
    const name = toAllowed(key, allowed);
    if (options[name] !== undefined)
      throw new QueryOptionError(
        `Query option '$${name}' was specified more than once, but it must be specified at most once.`,
      );
    options[name] = value.trim();
  }
  return options;
}

function toAllowed(key: string, allowed: readonly QueryOptionName[]): QueryOptionName {
  const name = key.replace(/^\$/, '').toLowerCase();
  const found = allowed.find((option) => option === name);
  if (found) return found;
  const known = Object.hasOwn(KNOWN_OPTIONS, name) ? KNOWN_OPTIONS[name] : undefined;
  if (known === undefined) throw new QueryOptionError(`The query parameter '${shown(key)}' is not supported.`);
  throw new QueryOptionError(
    `Query option '${known}' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.`,
  );
}

/** Clients that encode forms send a space as `+`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new QueryOptionError(`'${shown(text)}' is not percent-encoded UTF-8.`);
  }
}
