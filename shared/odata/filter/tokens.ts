import { QueryOptionError, shown } from '../query-option-error.ts';

export type TokenKind = 'name' | 'string' | 'number' | 'dateTime' | 'guid' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Where it begins, from 0. */
  readonly position: number;
  /** Right behind the token before it, without a space. */
  readonly adjacent: boolean;
}

/** odataIdentifier of the OData 4.01 ABNF; names of types are several, joined by dots. */
const IDENTIFIER = String.raw`[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]{0,127}`;
/** What may not follow a number or a date directly. */
const BOUNDARY = String.raw`(?![\p{L}\p{Nl}\p{Nd}_.])`;

/** In the order in which they are tried: a GUID can begin as a number does, a date always does. */
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['string', /'[^']*(?:''[^']*)*'/uy],
  ['guid', new RegExp(String.raw`[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}${BOUNDARY}`, 'iuy')],
  ['dateTime', new RegExp(String.raw`\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?${BOUNDARY}`, 'iuy')],
  ['number', new RegExp(`(?:-?INF|NaN)${BOUNDARY}`, 'uy')],
  ['number', new RegExp(String.raw`[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?${BOUNDARY}`, 'iuy')],
  ['name', /\$it(?![\w$])/uy],
  ['name', new RegExp(String.raw`${IDENTIFIER}(?:\.${IDENTIFIER})*`, 'uy')],
  ['symbol', /[(),/-]/uy],
];
const SPACES = /[ \t]*/y;

/** Reads an expression token by token; what has been looked at is kept until it is taken. */
export class TokenReader {
  readonly text: string;
  #position = 0;
  #next: Token | undefined;

  constructor(text: string) {
    this.text = text;
  }

  peek(): Token {
    this.#next ??= this.#read();
    return this.#next;
  }

  take(): Token {
    const token = this.peek();
    this.#next = undefined;
    return token;
  }

  /** Takes the next token if it is this symbol or keyword. Keywords in any case, as OData 4.01 has them. */
  accept(kind: 'symbol' | 'name', text: string): boolean {
    const token = this.peek();
    if (token.kind !== kind || token.text.toLowerCase() !== text) return false;
    this.take();
    return true;
  }

  expect(symbol: string): void {
    const { position } = this.peek();
    if (!this.accept('symbol', symbol))
      throw new QueryOptionError(`'${symbol}' expected at position ${position} in '${shown(this.text)}'.`);
  }

  unexpected(): QueryOptionError {
    return new QueryOptionError(`Syntax error at position ${this.peek().position} in '${shown(this.text)}'.`);
  }

  #read(): Token {
    const before = this.#position;
    const position = this.#match(SPACES, before)?.length ?? 0;
    const start = before + position;
    const adjacent = position === 0 && start > 0;
    if (start === this.text.length) return { kind: 'end', text: '', position: start, adjacent };
    for (const [kind, pattern] of PATTERNS) {
      const text = this.#match(pattern, start);
      if (text === undefined) continue;
      this.#position = start + text.length;
      return { kind, text, position: start, adjacent };
    }
    const problem = this.text[start] === "'" ? 'Unterminated string literal' : 'Syntax error';
    throw new QueryOptionError(`${problem} at position ${start} in '${shown(this.text)}'.`);
  }

  #match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.text)?.[0];
  }
}
