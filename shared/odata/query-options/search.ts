import type { Condition, Property } from '../../domain/operation-query.ts';
import { QueryOptionError, shown } from '../query-option-error.ts';

/** Where `$search` looks: text that is free, as enums and times are not. */
const SEARCHED: readonly Property[] = [
  ['id'],
  ['targetResourceId'],
  ['targetResourceLocation'],
  ['error', 'code'],
  ['error', 'message'],
].map((path) => ({ kind: 'property', path }));

const MAX_LENGTH = 1_024;
const MAX_TERMS = 20;
const MAX_DEPTH = 16;
const TOKEN = /\s*(?:(?<symbol>[()])|"(?<phrase>(?:[^"\\]|\\.)+)"|(?<word>[^\s()"]+))/suy;

/**
 * `$search`: words and "phrases", `AND` (also where nothing stands between), `OR`, `NOT`, parentheses. A term is found in
 * any letter case, anywhere in an operation's text.
 *
 * @throws QueryOptionError
 */
export function parseSearch(text: string): Condition {
  if (text.length > MAX_LENGTH) throw new QueryOptionError(`The $search exceeds ${MAX_LENGTH} characters.`);
  const parser = new SearchParser(tokensOf(text), text);
  return parser.parse();
}

interface Token {
  readonly kind: 'symbol' | 'operator' | 'term';
  readonly text: string;
}

const OPERATORS = ['AND', 'OR', 'NOT'];

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const { symbol, phrase, word } = TOKEN.exec(text)?.groups ?? {};
    if (symbol) tokens.push({ kind: 'symbol', text: symbol });
    else if (phrase) tokens.push({ kind: 'term', text: phrase.replaceAll(/\\(.)/gsu, '$1') });
    else if (word) tokens.push({ kind: OPERATORS.includes(word) ? 'operator' : 'term', text: word });
    else throw malformed(text);
  }
  if (tokens.filter(({ kind }) => kind === 'term').length > MAX_TERMS)
    throw new QueryOptionError(`The $search has more than ${MAX_TERMS} terms.`);
  return tokens;
}

function malformed(text: string): QueryOptionError {
  return new QueryOptionError(`Syntax error in the $search expression '${shown(text)}'.`);
}

/** From low to high: OR, AND, NOT. */
class SearchParser {
  readonly #tokens: Token[];
  readonly #text: string;
  #depth = 0;

  constructor(tokens: Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  parse(): Condition {
    const condition = this.#or();
    if (this.#tokens.length > 0) throw malformed(this.#text);
    return condition;
  }

  #or(): Condition {
    const conditions = [this.#and()];
    while (this.#accept('operator', 'OR')) conditions.push(this.#and());
    return joined('or', conditions);
  }

  #and(): Condition {
    const conditions = [this.#unary()];
    while (this.#accept('operator', 'AND') || this.#startsTerm()) conditions.push(this.#unary());
    return joined('and', conditions);
  }

  #unary(): Condition {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new QueryOptionError('Recursion depth exceeded allowed limit.');
    const condition: Condition = this.#accept('operator', 'NOT')
      ? { kind: 'not', condition: this.#unary() }
      : this.#primary();
    this.#depth -= 1;
    return condition;
  }

  #primary(): Condition {
    if (this.#accept('symbol', '(')) {
      const inner = this.#or();
      if (!this.#accept('symbol', ')')) throw malformed(this.#text);
      return inner;
    }
    const token = this.#tokens.shift();
    if (token?.kind !== 'term') throw malformed(this.#text);
    return anywhere(token.text.toLowerCase());
  }

  /** Two terms side by side are both meant. */
  #startsTerm(): boolean {
    const [next] = this.#tokens;
    return next !== undefined && (next.kind === 'term' || next.text === '(' || next.text === 'NOT');
  }

  #accept(kind: Token['kind'], text: string): boolean {
    const [next] = this.#tokens;
    if (next?.kind !== kind || next.text !== text) return false;
    this.#tokens.shift();
    return true;
  }
}

function joined(kind: 'and' | 'or', conditions: readonly Condition[]): Condition {
  const [only, ...others] = conditions;
  return only && others.length === 0 ? only : { kind, conditions };
}

/** Compared with true, so that the opposite holds where there is no text at all. */
function anywhere(term: string): Condition {
  const conditions = SEARCHED.map((property): Condition => {
    const text = { kind: 'call', name: 'tolower', arguments: [property] } as const;
    const contains = { kind: 'call', name: 'contains', arguments: [text, { kind: 'literal', value: term }] } as const;
    return { kind: 'comparison', operator: 'eq', left: contains, right: { kind: 'literal', value: true } };
  });
  return { kind: 'or', conditions };
}
