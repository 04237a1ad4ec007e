import type { Span } from './ast.ts';
import { queryError } from './query-error.ts';
import { type Token, wordToken } from './tokens.ts';

/** `maxSqlQueryInputLength` of the account's query engine configuration, in characters. */
export const MAX_QUERY_LENGTH = 262_144;

/** One token, or what separates two. Every branch consumes at least one character and none can backtrack. */
const PIECE =
  /(?<space>[ \t\r\n]+|--[^\r\n]*)|(?<comment>\/\*)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|@(?<parameter>[A-Za-z0-9_]+)|(?<hex>0[xX][0-9A-Fa-f]+)|(?<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)|(?<quote>["'])|(?<symbol>>>>|<<|>>|<=|>=|!=|<>|\|\||\?\?|[-+*/%&|^~=<>?:.,()[\]{}])/y;

/** The tokens of a query, ended by one of type `end`. Throws SC1010 on a character that starts no token, SC1012 on a bad string. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_QUERY_LENGTH) throw tooLong(text);
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    PIECE.lastIndex = position;
    const match = PIECE.exec(text);
    if (match?.groups === undefined) throw invalidToken(text, position);
    if (match.groups.comment !== undefined) {
      position = endOfComment(text, position);
      continue;
    }
    const token = tokenOf(match.groups, match[0], { text, position });
    if (token !== undefined) tokens.push(token);
    position = token?.end ?? position + match[0].length;
    rejectGluedNumber(text, token);
  }
  tokens.push({ type: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

function endOfComment(text: string, position: number): number {
  const end = text.indexOf('*/', position + 2);
  if (end < 0) throw invalidToken(text, position);
  return end + 2;
}

interface Place {
  readonly text: string;
  readonly position: number;
}

function tokenOf(groups: Record<string, string | undefined>, raw: string, place: Place): Token | undefined {
  const span: Span = { start: place.position, end: place.position + raw.length };
  if (groups.space !== undefined) return undefined;
  if (groups.word !== undefined) return wordToken(raw, span.start);
  if (groups.parameter !== undefined) return { type: 'parameter', text: raw, ...span };
  if (groups.hex !== undefined || groups.number !== undefined)
    return { type: 'number', text: raw, value: Number(raw), ...span };
  if (groups.quote !== undefined) return stringToken(place);
  return { type: 'symbol', text: raw === '<>' ? '!=' : raw, ...span };
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

function stringToken({ text, position }: Place): Token {
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

/** `1a` is one wrong number and not a number with a name behind it. */
function rejectGluedNumber(text: string, token: Token | undefined): void {
  if (token?.type !== 'number' || !/[A-Za-z0-9_]/.test(text[token.end] ?? '')) return;
  throw queryError('SC1011', `Syntax error, invalid numeric value token '${excerpt(text, token.start)}'.`, token);
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
  return queryError('SC3001', `The SQL query text exceeded the maximum limit of ${MAX_QUERY_LENGTH} characters.`, {
    start: 0,
    end: text.length,
  });
}

/** The rest of the word that begins here, short enough for a message. */
function excerpt(text: string, position: number): string {
  return /^\S{0,32}/.exec(text.slice(position, position + 32))?.[0] ?? '';
}
