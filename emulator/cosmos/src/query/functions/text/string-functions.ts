import { splitText } from '../../values/find-text.ts';
import { isArray, type Value } from '../../values/value.ts';
import { boundedJoin } from '../limits.ts';
import { constantCost, defineFunctions, type FunctionCost } from '../scalar-function.ts';
import { areStrings, ofStrings } from '../typed-arguments.ts';

/** In characters. Source: "REPLICATE", Cosmos DB query reference. */
const MAX_REPLICATE_LENGTH = 10_000;

/** Each part that the text is split into takes three steps. */
const splitCost: FunctionCost = ([text, separator]) => {
  if (typeof text !== 'string' || typeof separator !== 'string') return 0;
  return (3 * text.length) / Math.max(separator.length, 1) + (text.length + separator.length) / 16;
};

/**
 * The functions that make strings from strings. Source: "String functions", Cosmos DB query reference.
 * Arguments of other types give undefined. Positions and lengths count UTF-16 code units.
 */
export const stringFunctions = defineFunctions('String', {
  CONCAT: {
    signature: 'CONCAT(string, string, ...)',
    summary: 'The strings one after the other',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: ofStrings((...parts) => boundedJoin('CONCAT', parts)),
  },
  LEFT: {
    cost: constantCost,
    signature: 'LEFT(string, length)',
    summary: 'The first characters, at most length of them',
    args: 2,
    evaluate: (args) => cut(args, (text, length) => text.slice(0, length)),
  },
  LENGTH: {
    cost: constantCost,
    signature: 'LENGTH(string)',
    summary: 'How many characters the string has',
    args: 1,
    evaluate: ofStrings((text = '') => text.length),
  },
  LOWER: {
    signature: 'LOWER(string)',
    summary: 'The string in lower case',
    args: 1,
    evaluate: ofStrings((text = '') => text.toLowerCase()),
  },
  LTRIM: {
    signature: 'LTRIM(string [, characters])',
    summary: 'Without the leading whitespace, or the leading characters given',
    args: [1, 2],
    evaluate: ofStrings((text = '', characters) => text.slice(leading(text, characters))),
  },
  REPLACE: {
    cost: splitCost,
    signature: 'REPLACE(string, find, replacement)',
    summary: 'Every occurrence of a string replaced by another',
    args: 3,
    evaluate: ofStrings((text = '', find = '', replacement = '') =>
      find === '' ? text : boundedJoin('REPLACE', splitText(text, find), replacement),
    ),
  },
  REPLICATE: {
    signature: 'REPLICATE(string, times)',
    summary: `The string repeated; undefined when times is negative or the result is longer than ${MAX_REPLICATE_LENGTH} characters`,
    args: 2,
    evaluate: ([text, times]) =>
      typeof text === 'string' && typeof times === 'number' ? replicate(text, times) : undefined,
  },
  REVERSE: {
    cost: ([text]) => (typeof text === 'string' ? text.length * 4 : 0),
    signature: 'REVERSE(string)',
    summary: 'The characters in reverse order',
    args: 1,
    evaluate: ofStrings((text = '') => Array.from(text).reverse().join('')),
  },
  RIGHT: {
    cost: constantCost,
    signature: 'RIGHT(string, length)',
    summary: 'The last characters, at most length of them',
    args: 2,
    evaluate: (args) => cut(args, (text, length) => text.slice(Math.max(text.length - length, 0))),
  },
  RTRIM: {
    signature: 'RTRIM(string [, characters])',
    summary: 'Without the trailing whitespace, or the trailing characters given',
    args: [1, 2],
    evaluate: ofStrings((text = '', characters) => text.slice(0, text.length - trailing(text, characters))),
  },
  STRINGJOIN: {
    signature: 'STRINGJOIN(array, separator)',
    summary: 'The strings of an array, with the separator between them',
    args: 2,
    evaluate: ([array, separator]) =>
      isArray(array) && areStrings(array) && typeof separator === 'string'
        ? boundedJoin('STRINGJOIN', array, separator)
        : undefined,
  },
  STRINGSPLIT: {
    cost: splitCost,
    signature: 'STRINGSPLIT(string, separator)',
    summary: 'The parts between the separators, as an array; an empty separator splits nothing',
    args: 2,
    evaluate: ofStrings((text = '', separator = '') => (separator === '' ? [text] : splitText(text, separator))),
  },
  SUBSTRING: {
    signature: 'SUBSTRING(string, start, length)',
    summary: 'At most length characters from start, counted from 0',
    args: 3,
    evaluate: ([text, start, length]) =>
      typeof text === 'string' && typeof start === 'number' && typeof length === 'number'
        ? substring(text, Math.trunc(start), Math.trunc(length))
        : undefined,
  },
  TRIM: {
    signature: 'TRIM(string [, characters])',
    summary: 'Without the whitespace, or the characters given, at both ends',
    args: [1, 2],
    evaluate: ofStrings((text = '', characters) => {
      const rest = text.slice(leading(text, characters));
      return rest.slice(0, rest.length - trailing(rest, characters));
    }),
  },
  UPPER: {
    signature: 'UPPER(string)',
    summary: 'The string in upper case',
    args: 1,
    evaluate: ofStrings((text = '') => text.toUpperCase()),
  },
});

function cut([text, length]: readonly Value[], take: (text: string, length: number) => string): Value {
  if (typeof text !== 'string' || typeof length !== 'number') return undefined;
  return take(text, Math.max(Math.trunc(length), 0));
}

function replicate(text: string, times: number): Value {
  const count = Math.trunc(times);
  if (count < 0 || text.length * count > MAX_REPLICATE_LENGTH) return undefined;
  return text === '' ? '' : text.repeat(count);
}

function substring(text: string, start: number, length: number): string {
  return start < 0 || length <= 0 ? '' : text.slice(start, start + length);
}

/** How many characters at the start are whitespace, or among those given. */
function leading(text: string, characters: string | undefined): number {
  if (characters === undefined) return text.length - text.trimStart().length;
  const trimmed = new Set(characters.split(''));
  let count = 0;
  while (count < text.length && trimmed.has(text.charAt(count))) count++;
  return count;
}

/** How many characters at the end are whitespace, or among those given. */
function trailing(text: string, characters: string | undefined): number {
  if (characters === undefined) return text.length - text.trimEnd().length;
  const trimmed = new Set(characters.split(''));
  let count = 0;
  while (count < text.length && trimmed.has(text.charAt(text.length - count - 1))) count++;
  return count;
}
