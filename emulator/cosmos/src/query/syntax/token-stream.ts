import type { Span } from './ast.ts';
import { queryError } from './query-error.ts';
import type { Token } from './tokens.ts';

/** How deep parentheses, sub-queries, calls, literals and prefix operators may nest. It limits the stack of the parser. */
const MAX_NESTING = 200;

/** Reads a token list in order, with look-ahead. */
export class TokenStream {
  #next = 0;
  #depth = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token `ahead` tokens after the next one; past the end, the `end` token. */
  peek(ahead = 0): Token {
    const token = this.#tokens[this.#next + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new RangeError('A token list is never empty');
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (token.type !== 'end') this.#next += 1;
    return token;
  }

  /** The end of the token consumed last. */
  get end(): number {
    return this.#tokens[this.#next - 1]?.end ?? 0;
  }

  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return (token.type === 'symbol' || token.type === 'keyword') && token.text === text;
  }

  /** Whether the token is this word, in any case, which is a keyword only in some contexts (`RANK`). */
  atWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.type === 'identifier' && token.text.toUpperCase() === word;
  }

  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.#next += 1;
    return true;
  }

  expect(text: string): Token {
    if (!this.at(text)) throw this.unexpected();
    return this.next();
  }

  /** Consumes a name. */
  identifier(): string {
    if (this.peek().type !== 'identifier') throw this.unexpected();
    return this.next().text;
  }

  span(start: number): Span {
    return { start, end: this.end };
  }

  unexpected(): Error {
    return this.unexpectedToken(this.peek());
  }

  unexpectedToken(token: Token): Error {
    if (token.type === 'end') return queryError('SC1002', 'Syntax error, unexpected end-of-file.', token);
    return queryError('SC1001', `Syntax error, incorrect syntax near '${token.text.slice(0, 64)}'.`, token);
  }

  /** Parses one more level of nesting. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= MAX_NESTING) {
      throw queryError('SC3002', `The query nests deeper than ${MAX_NESTING} levels.`, this.peek());
    }
    this.#depth += 1;
    const result = parse();
    this.#depth -= 1;
    return result;
  }
}

/** Parses `item (',' item)*`. */
export function commaSeparated<T>(tokens: TokenStream, item: () => T): T[] {
  const items = [item()];
  while (tokens.accept(',')) items.push(item());
  return items;
}
