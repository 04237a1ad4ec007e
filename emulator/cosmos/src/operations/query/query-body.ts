import { CosmosError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { QueryParameter } from '../../query/compile-query.ts';

/** A query as a request carries it. */
export interface QueryBody {
  readonly text: string;
  readonly parameters: readonly QueryParameter[];
}

/** No more than a query of the greatest length can name. */
const MAX_PARAMETERS = 20_000;

/**
 * Reads `{ "query": "...", "parameters": [{ "name": "@x", "value": 1 }] }`.
 *
 * @throws CosmosError BadRequest when it is of another form or names a parameter twice
 */
export function readQueryBody({ query, parameters }: JsonObject): QueryBody {
  if (typeof query !== 'string') throw invalidPayload('query is a string');
  if (parameters === undefined || parameters === null) return { text: query, parameters: [] };
  if (!Array.isArray(parameters)) throw invalidPayload('parameters is an array');
  if (parameters.length > MAX_PARAMETERS) throw invalidPayload(`there are at most ${MAX_PARAMETERS} parameters`);
  const read = parameters.map(readParameter);
  if (new Set(read.map(({ name }) => name)).size < read.length) throw invalidPayload('a parameter is given once');
  return { text: query, parameters: read };
}

function readParameter(parameter: JsonValue): QueryParameter {
  if (!isJsonObject(parameter)) throw invalidPayload('a parameter is an object');
  const { name, value } = parameter;
  if (typeof name !== 'string' || !/^@./.test(name)) throw invalidPayload('the name of a parameter begins with @');
  return { name, ...(value !== undefined && { value }) };
}

/** The first sentence is the service's. */
function invalidPayload(expected: string): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The request payload is invalid. Ensure to provide a valid request payload: ${expected}.`,
  );
}
