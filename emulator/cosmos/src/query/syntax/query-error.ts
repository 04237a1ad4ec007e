import { CosmosError } from '../../model/errors.ts';
import type { Span } from './ast.ts';

/**
 * A mistake in a query, as the service words it: 400 BadRequest whose message holds a JSON document with code and position.
 *
 * The codes are those the service's query engine sends: SC1xxx for the text, SC2xxx for its meaning, SC3xxx for limits.
 */
export function queryError(code: string, message: string, span: Span): CosmosError {
  return queryErrors([{ code, message, span }]);
}

/** One of several mistakes, which the service names together. */
export interface QueryMistake {
  readonly code: string;
  readonly message: string;
  readonly span: Span;
}

export function queryErrors(mistakes: readonly QueryMistake[]): CosmosError {
  const errors = mistakes.map(({ code, message, span: { start, end } }) => ({
    severity: 'Error',
    location: { start, end },
    code,
    message,
  }));
  return new CosmosError('BadRequest', `Message: ${JSON.stringify({ errors })}`);
}

/** An error of the gateway's planner, which has neither a code nor a position: `{"Errors":["..."]}`. */
export function planError(message: string): CosmosError {
  return new CosmosError('BadRequest', `Message: ${JSON.stringify({ Errors: [message] })}`);
}
