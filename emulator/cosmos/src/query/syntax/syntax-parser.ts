import type { Expression, Query } from './ast.ts';
import type { TokenStream } from './token-stream.ts';

/** What the parsers of expressions need of the parser of queries, handed in so that no file imports another in a circle. */
export interface SyntaxParser {
  readonly tokens: TokenStream;
  query(): Query;
  expression(): Expression;
}
