import { findLastText, findText } from '../../values/find-text.ts';
import type { Value } from '../../values/value.ts';
import { defineFunctions, type FunctionEntry, type Measure } from '../scalar-function.ts';
import { ofStrings } from '../typed-arguments.ts';

type Test = (text: string, search: string) => boolean;

/**
 * The functions that look for a string in another. Source: "String functions", Cosmos DB query reference.
 * REGEXMATCH is in regular-expression.ts.
 */
export const stringSearchFunctions = defineFunctions('String', {
  CONTAINS: comparison(
    'CONTAINS',
    'the first string contains the second',
    (text, search) => findText(text, search) >= 0,
  ),
  CONTAINS_ALL_CI: containsAll('CONTAINS_ALL_CI', true),
  CONTAINS_ALL_CS: containsAll('CONTAINS_ALL_CS', false),
  CONTAINS_ANY_CI: containsAny('CONTAINS_ANY_CI', true),
  CONTAINS_ANY_CS: containsAny('CONTAINS_ANY_CS', false),
  ENDSWITH: comparison('ENDSWITH', 'the first string ends with the second', (text, search) => text.endsWith(search)),
  INDEX_OF: {
    signature: 'INDEX_OF(string, search [, start])',
    summary: 'Where the search string first occurs, from start on, counted from 0; -1 when it does not',
    args: [2, 3],
    evaluate: ([text, search, start = 0]) =>
      typeof text === 'string' && typeof search === 'string' && typeof start === 'number'
        ? findText(text, search, start)
        : undefined,
  },
  LASTINDEXOF: {
    signature: 'LASTINDEXOF(string, search [, start])',
    summary:
      'Where the search string last occurs, counted from 0; -1 when it does not. It lies before start, or ends there',
    args: [2, 3],
    evaluate: ([text, search, start = Number.POSITIVE_INFINITY]) =>
      typeof text === 'string' && typeof search === 'string' && typeof start === 'number'
        ? findLastText(text.slice(0, Math.max(0, Math.trunc(start) + 1)), search)
        : undefined,
  },
  LASTSUBSTRINGAFTER: part('LASTSUBSTRINGAFTER', 'after the last', (text, search) =>
    after(text, search, findLastText(text, search)),
  ),
  LASTSUBSTRINGBEFORE: part('LASTSUBSTRINGBEFORE', 'before the last', (text, search) =>
    before(text, findLastText(text, search)),
  ),
  STARTSWITH: comparison('STARTSWITH', 'the first string starts with the second', (text, search) =>
    text.startsWith(search),
  ),
  STRINGEQUALS: comparison('STRINGEQUALS', 'both strings are the same', (text, search) => text === search),
  SUBSTRINGAFTER: part('SUBSTRINGAFTER', 'after the first', (text, search) =>
    after(text, search, findText(text, search)),
  ),
  SUBSTRINGBEFORE: part('SUBSTRINGBEFORE', 'before the first', (text, search) => before(text, findText(text, search))),
});

function comparison(name: string, what: string, test: Test): FunctionEntry {
  return {
    signature: `${name}(string, string [, ignoreCase])`,
    summary: `Whether ${what}`,
    args: [2, 3],
    evaluate: ([text, search, ignoreCase = false]) =>
      typeof ignoreCase === 'boolean' ? compare([text, search], ignoreCase, test) : undefined,
  };
}

function compare([text, search]: readonly Value[], ignoreCase: boolean, test: Test): boolean | undefined {
  if (typeof text !== 'string' || typeof search !== 'string') return undefined;
  return ignoreCase ? test(text.toLowerCase(), search.toLowerCase()) : test(text, search);
}

/** Each string is looked for on its own. */
function searchesCost([text, ...searches]: readonly Value[], { weightOf }: Measure): number {
  return searches.reduce<number>((sum, search) => sum + weightOf(search), weightOf(text) * searches.length) / 16;
}

function includes(text: string, search: string): boolean {
  return findText(text, search) >= 0;
}

/** As CONTAINS for each string joined by AND, so undefined unless one is false. */
function containsAll(name: string, ignoreCase: boolean): FunctionEntry {
  return {
    signature: `${name}(string, search, ...)`,
    summary: `Whether the string contains every other one, ${ignoreCase ? 'ignoring case' : 'case included'}`,
    args: [2, Number.POSITIVE_INFINITY],
    cost: searchesCost,
    evaluate([text, ...searches]) {
      const found = searches.map((search) => compare([text, search], ignoreCase, includes));
      if (found.includes(false)) return false;
      return found.includes(undefined) ? undefined : true;
    },
  };
}

/** As CONTAINS for each string joined by OR, so undefined unless one is true. */
function containsAny(name: string, ignoreCase: boolean): FunctionEntry {
  return {
    signature: `${name}(string, search, ...)`,
    summary: `Whether the string contains one of the others, ${ignoreCase ? 'ignoring case' : 'case included'}`,
    args: [2, Number.POSITIVE_INFINITY],
    cost: searchesCost,
    evaluate([text, ...searches]) {
      const found = searches.map((search) => compare([text, search], ignoreCase, includes));
      if (found.includes(true)) return true;
      return found.includes(undefined) ? undefined : false;
    },
  };
}

function part(name: string, where: string, take: (text: string, search: string) => string): FunctionEntry {
  return {
    signature: `${name}(string, delimiter)`,
    summary: `The part ${where} delimiter; empty when there is none`,
    args: 2,
    evaluate: ofStrings((text = '', search = '') => take(text, search)),
  };
}

function after(text: string, search: string, at: number): string {
  return at < 0 ? '' : text.slice(at + search.length);
}

function before(text: string, at: number): string {
  return at < 0 ? '' : text.slice(0, at);
}
