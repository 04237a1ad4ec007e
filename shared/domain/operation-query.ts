import type { TeamsAsyncOperation } from './teams-async-operation.ts';

/** Which of a chat's operations are meant, in which order. What callers write as `$filter` and `$orderby` ends here. */

export type ComparisonOperator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

export type TextFunction =
  | 'startswith'
  | 'endswith'
  | 'contains'
  | 'tolower'
  | 'toupper'
  | 'length'
  | 'indexof'
  | 'concat'
  | 'substring'
  | 'trim';

/** Parts of a point in time, in UTC. `date` is its midnight. */
export type TimeFunction = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fractionalseconds' | 'date';

/** `div` leaves no fraction, `divby` does. */
export type ArithmeticFunction = 'add' | 'sub' | 'mul' | 'div' | 'divby' | 'mod' | 'negate';

/** An argument of another kind than the function takes makes the result null, which is neither true nor false. */
export type FunctionName = TextFunction | TimeFunction | ArithmeticFunction;

export type Scalar = string | number | boolean | null;

export interface Property {
  readonly kind: 'property';
  /** From the operation down: `['status']`, `['error', 'code']`; dynamic ones as any others: `['values']`. At least one. */
  readonly path: readonly string[];
}

export interface Literal {
  readonly kind: 'literal';
  readonly value: Scalar;
}

/** A point in time, UTC, as `toUtc` writes it. */
export interface DateTimeLiteral {
  readonly kind: 'dateTime';
  readonly value: string;
}

export interface FunctionCall {
  readonly kind: 'call';
  readonly name: FunctionName;
  readonly arguments: readonly Expression[];
}

export type Expression = Property | Literal | DateTimeLiteral | FunctionCall;

/** With two truth values, as OData has it: comparing with null by anything but `eq` and `ne` is false. */
export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** The value is one of these; null among them means "has no value". */
  | { readonly kind: 'in'; readonly value: Expression; readonly among: readonly (Literal | DateTimeLiteral)[] }
  /** The value is true. */
  | { readonly kind: 'truth'; readonly value: Expression };

/** What operations can be sorted by, as a path of Graph. */
export const SORTABLE_PROPERTIES = [
  'id',
  'operationType',
  'createdDateTime',
  'status',
  'lastActionDateTime',
  'attemptsCount',
  'targetResourceId',
  'targetResourceLocation',
  'error/code',
  'error/message',
] as const;

export type SortableProperty = (typeof SORTABLE_PROPERTIES)[number];

export interface OrderBy {
  readonly property: SortableProperty;
  readonly descending: boolean;
}

export interface OperationQuery {
  /** Null: all of the chat's operations. */
  readonly where: Condition | null;
  /** Enums by their numbers, nulls lowest, text by code units; ends with `id`, so that no two operations are equal. */
  readonly orderBy: readonly OrderBy[];
  /** Leave out so many first. Not together with `after`. */
  readonly skip: number;
  /** Go on behind this place. Null: from the beginning. */
  readonly after: Place | null;
  /** At least 1. */
  readonly limit: number;
}

/** Where an operation stands in an order: one value for each entry of `orderBy`. Opaque but for its being JSON. */
export type Place = readonly (string | number | null)[];

export interface StoredOperation {
  readonly operation: TeamsAsyncOperation;
  /** Opaque, without quotes; changes with every write. */
  readonly etag: string;
  /** Counts the writes from 1, its creation. */
  readonly revision: number;
}

export interface OperationPage {
  /** Up to the query's limit; fewer, even none, does not mean the end. */
  readonly operations: readonly StoredOperation[];
  /** Where the next page begins. Null: nothing is left. */
  readonly next: Place | null;
}
