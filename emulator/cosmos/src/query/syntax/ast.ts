/**
 * The syntax tree of a query, as the parser gives it and the printer writes it back. Immutable, JSON-like, without resolved names.
 *
 * The shape follows the grammar that Microsoft publishes in azure-cosmos-dotnet-v3 (`Query/Core/Parser/sql.g4`).
 */

/** The position of a node in the query text: offsets in UTF-16 code units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Query extends Span {
  readonly select: Select;
  /** Absent: the query yields one row, from no document. */
  readonly from?: Source;
  readonly where?: Expression;
  /** Absent or at least one expression. */
  readonly groupBy?: readonly Expression[];
  readonly orderBy?: OrderBy;
  readonly offsetLimit?: OffsetLimit;
}

export interface Select extends Span {
  readonly distinct: boolean;
  readonly top?: Count;
  readonly selection: Selection;
}

export type Selection =
  | (Span & { readonly kind: 'all' })
  | (Span & { readonly kind: 'value'; readonly expression: Expression })
  | (Span & { readonly kind: 'list'; readonly items: readonly SelectItem[] });

export interface SelectItem extends Span {
  readonly expression: Expression;
  /** What `AS` names; without it the name is the last step of a path, or `$1`, `$2`... */
  readonly alias?: string;
}

/** A row count: a literal, or a parameter that must hold a whole number. */
export type Count = NumberLiteral | Parameter;

export type NumberLiteral = Span & { readonly kind: 'literal'; readonly value: number };

export interface OffsetLimit extends Span {
  readonly offset: Count;
  readonly limit: Count;
}

export interface OrderBy extends Span {
  /** `ORDER BY RANK`: the items are score functions, fused by rank when there are several. */
  readonly rank: boolean;
  readonly items: readonly OrderByItem[];
}

export interface OrderByItem extends Span {
  readonly expression: Expression;
  /** Absent when the text names none, which sorts ascending. */
  readonly direction?: 'ASC' | 'DESC';
}

/** FROM: one source, or a left-deep chain of joins. */
export type Source =
  | (Span & { readonly kind: 'aliased'; readonly collection: Collection; readonly alias?: string })
  | (Span & { readonly kind: 'iteration'; readonly alias: string; readonly collection: Collection })
  | (Span & { readonly kind: 'join'; readonly left: Source; readonly right: Source });

export type Collection =
  | (Span & { readonly kind: 'path'; readonly root: string; readonly steps: readonly (string | number)[] })
  | (Span & { readonly kind: 'subquery'; readonly query: Query });

export const BINARY_OPERATORS = [
  '??',
  'OR',
  'AND',
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '||',
  '|',
  '^',
  '&',
  '<<',
  '>>',
  '>>>',
  '+',
  '-',
  '*',
  '/',
  '%',
] as const;
export type BinaryOperator = (typeof BINARY_OPERATORS)[number];

export const UNARY_OPERATORS = ['-', '+', '~', 'NOT'] as const;
export type UnaryOperator = (typeof UNARY_OPERATORS)[number];

/** `EXISTS (...)`, `ARRAY (...)`, `ALL (...)`, `FIRST (...)`, `LAST (...)`; `SCALAR` is a query in plain parentheses. */
export const SUBQUERY_FORMS = ['SCALAR', 'EXISTS', 'ARRAY', 'ALL', 'FIRST', 'LAST'] as const;
export type SubqueryForm = (typeof SUBQUERY_FORMS)[number];

export type LiteralValue = undefined | null | boolean | number | string;

export type Literal = Span & { readonly kind: 'literal'; readonly value: LiteralValue };

/** `name` carries the `@`. */
export type Parameter = Span & { readonly kind: 'parameter'; readonly name: string };

/** A name that FROM binds. */
export type Identifier = Span & { readonly kind: 'identifier'; readonly name: string };

/** `object.name` and `object["name"]`. */
export type Property = Span & { readonly kind: 'property'; readonly object: Expression; readonly name: string };

/** `object[index]` where index is not a string literal: an array position, or a name known when the query runs. */
export type Index = Span & { readonly kind: 'index'; readonly object: Expression; readonly index: Expression };

export type Call = Span & {
  readonly kind: 'call';
  /** As written; function names are matched without regard to case, those of user-defined functions exactly. */
  readonly name: string;
  readonly udf: boolean;
  readonly arguments: readonly Expression[];
};

export type Subquery = Span & { readonly kind: 'subquery'; readonly form: SubqueryForm; readonly query: Query };

export interface ObjectMember extends Span {
  readonly name: string;
  readonly value: Expression;
}

export type Expression =
  | Literal
  | Parameter
  | Identifier
  | Property
  | Index
  | Call
  | Subquery
  | (Span & { readonly kind: 'array'; readonly items: readonly Expression[] })
  | (Span & { readonly kind: 'object'; readonly members: readonly ObjectMember[] })
  | (Span & { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression })
  | (Span & {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Span & {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    })
  | (Span & {
      readonly kind: 'between';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly lower: Expression;
      readonly upper: Expression;
    })
  | (Span & {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly operand: Expression;
      /** A list of at least one expression, or a query whose rows are the list. */
      readonly list: readonly Expression[] | Query;
    })
  | (Span & {
      readonly kind: 'like';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly pattern: Expression;
      /** One character (by code point); absent: no escape character. */
      readonly escape?: string;
    });
