import { QueryOptionError, shown } from '../query-option-error.ts';

const IDENTIFIER = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]{0,127}$/u;
const MAX_SELECTED = 100;

/**
 * The properties to return; the type is open, so any name may be one.
 *
 * @returns null: all of them
 * @throws QueryOptionError a name that is none, or too many
 */
export function parseSelect(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  const names = text.split(',', MAX_SELECTED + 1).map((name) => name.trim());
  if (names.length > MAX_SELECTED)
    throw new QueryOptionError(`The $select names more than ${MAX_SELECTED} properties.`);
  const wrong = names.find((name) => name !== '*' && !IDENTIFIER.test(name));
  if (wrong !== undefined)
    throw new QueryOptionError(`The term '${shown(wrong)}' is not valid in a $select expression.`);
  return names.includes('*') ? null : [...new Set(names)];
}
