import { queryError } from './query-error.ts';
import { type Token, wordToken } from './tokens.ts';

/** `maxSqlQueryInputLength` of the account's query engine configuration, in characters. */
export const MAX_QUERY_LENGTH = 262_144;

interface TextPosition {
  readonly text: string;
  readonly position: number;
}

/** The tokens of a query, ended by one of type `end`. Throws SC1010 on a character that starts no token, SC1012 on a bad string. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_QUERY_LENGTH) throw tooLong(text);
  const tokens: Token[] = [];
  let position = skipSpace(text, 0);
  while (position < text.length) {
    const token = tokenAt({ text, position });
    tokens.push(token);
    position = skipSpace(text, token.end);
  }
  tokens.push({ type: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

// Every pattern consumes at least one character where it matches, and none can backtrack.
const SPACE = /(?:[ \t\r\n]+|--[^\r\n]*)+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const PARAMETER = /@[A-Za-z0-9_]+/y;
const NUMBER = /0[xX][0-9A-Fa-f]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/y;
const SYMBOL = />>>|<<|>>|<=|>=|!=|<>|\|\||\?\?|[-+*/%&|^~=<>?:.,()[\]{}]/y;

/** The end of the pattern's match at `position`; `position` itself when it does not match. */
function endOf(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : position;
}

function skipSpace(text: string, from: number): number {
  let position = endOf(SPACE, text, from);
  while (text.startsWith('/*', position)) position = endOf(SPACE, text, endOfComment(text, position));
  return position;
}

function tokenAt(here: TextPosition): Token {
  const { text, position } = here;
  const word = endOf(WORD, text, position);
  if (word > position) return wordToken(text.slice(position, word), position);
  if (text[position] === '"' || text[position] === "'") return stringToken(here);
  const number = endOf(NUMBER, text, position);
  if (number > position) return numberToken(here, number);
  const symbol = endOf(SYMBOL, text, position);
  if (symbol > position) return symbolToken(here, symbol);
  const parameter = endOf(PARAMETER, text, position);
  if (parameter === position) throw invalidToken(text, position);
  return { type: 'parameter', text: text.slice(position, parameter), start: position, end: parameter };
}

function symbolToken({ text, position }: TextPosition, end: number): Token {
  const written = text.slice(position, end);
  return { type: 'symbol', text: written === '<>' ? '!=' : written, start: position, end };
}

function numberToken({ text, position }: TextPosition, end: number): Token {
  const written = text.slice(position, end);
  const token: Token = { type: 'number', text: written, value: Number(written), start: position, end };
  // `1a` is one wrong number and not a number followed by a name.
  if (endOf(WORD, text, end) === end) return token;
  throw queryError('SC1011', `Syntax error, invalid numeric value token '${excerpt(text, position)}'.`, token);
}

function endOfComment(text: string, position: number): number {
  const end = text.indexOf('*/', position + 2);
  if (end < 0) throw invalidToken(text, position);
  return end + 2;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function stringToken({ text, position }: TextPosition): Token {
  const quote = text[position];
  let value = '';
  let copied = position + 1;
  for (let at = position + 1; at < text.length && text.charCodeAt(at) >= 0x20; at += 1) {
    if (text[at] === quote) {
      const end = at + 1;
      return {
        type: 'string',
        text: text.slice(position, end),
        value: value + text.slice(copied, at),
        start: position,
        end,
      };
    }
    if (text[at] !== '\\') continue;
    const escaped = escapeAt(text, at);
    if (escaped === undefined) break;
    value += text.slice(copied, at) + escaped.character;
    at += escaped.length - 1;
    copied = at + 1;
  }
  const span = { start: position, end: text.length };
  throw queryError('SC1012', `Syntax error, invalid string literal token '${excerpt(text, position)}'.`, span);
}

function escapeAt(text: string, position: number): { character: string; length: number } | undefined {
  const letter = text[position + 1] ?? '';
  const character = ESCAPES.get(letter);
  if (character !== undefined) return { character, length: 2 };
  const hex = text.slice(position + 2, position + 6);
  if (letter !== 'u' || !/^[0-9A-Fa-f]{4}$/.test(hex)) return undefined;
  return { character: String.fromCharCode(Number.parseInt(hex, 16)), length: 6 };
}

function invalidToken(text: string, position: number): Error {
  const span = { start: position, end: position + 1 };
  return queryError(
    'SC1010',
    `Syntax error, invalid token '${String.fromCodePoint(text.codePointAt(position) ?? 0)}'.`,
    span,
  );
}

function tooLong(text: string): Error {
  return queryError('SC3020', `The SQL query text exceeded the maximum limit of ${MAX_QUERY_LENGTH} characters.`, {
    start: 0,
    end: text.length,
  });
}

/** The rest of the word that begins here, short enough for a message. */
function excerpt(text: string, position: number): string {
  return /^\S{0,32}/.exec(text.slice(position, position + 32))?.[0] ?? '';
}
