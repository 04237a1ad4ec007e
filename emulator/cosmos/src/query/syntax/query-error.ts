import { CosmosError } from '../../model/errors.ts';
import type { Span } from './ast.ts';

/**
 * A mistake in a query, as the service words it: 400 BadRequest whose message holds a JSON document with code and position.
 *
 * The codes are those the service's query engine sends: SC1xxx for the text, SC2xxx for its meaning, SC3xxx for limits.
 */
export function queryError(code: string, message: string, span: Span): CosmosError {
  const error = { severity: 'Error', location: { start: span.start, end: span.end }, code, message };
  return new CosmosError('BadRequest', `Message: ${JSON.stringify({ errors: [error] })}`);
}

/** An error of the gateway's planner, which has neither a code nor a position: `{"Errors":["..."]}`. */
export function planError(message: string): CosmosError {
  return new CosmosError('BadRequest', `Message: ${JSON.stringify({ Errors: [message] })}`);
}
