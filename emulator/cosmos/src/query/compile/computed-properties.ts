import { CosmosError } from '../../model/errors.ts';
import { aggregateFunctions } from '../functions/aggregates.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { parseQuery } from '../syntax/parser.ts';
import { childrenOf, expressionsOf, queriesOf } from '../syntax/walk.ts';
import type { ComputedProperties, ComputedProperty } from './compilation.ts';
import { nameOf } from './from.ts';

/** A property as a container's definition has it. */
export interface ComputedPropertyText {
  readonly name: string;
  /** `SELECT VALUE <expression> FROM c`. */
  readonly query: string;
}

/**
 * Reads the properties that a container computes. Their queries only name a value of the item. Source: "Computed properties in
 * Azure Cosmos DB for NoSQL", limitations.
 *
 * @throws CosmosError BadRequest
 */
export function parseComputedProperties(given: readonly ComputedPropertyText[]): ComputedProperties {
  const names = new Set(given.map(({ name }) => name));
  return new Map(given.map((property) => [property.name, parseProperty(property, names)]));
}

function parseProperty({ name, query: text }: ComputedPropertyText, names: ReadonlySet<string>): ComputedProperty {
  const query = parseQuery(text);
  const { select, from } = query;
  const alias = from?.kind === 'aliased' && from.collection.kind === 'path' ? nameOf(from) : undefined;
  const isPath = from?.kind === 'aliased' && from.collection.kind === 'path' && from.collection.steps.length > 0;
  if (alias === undefined || isPath) throw refused(name, 'it selects from the item alone');
  if (select.selection.kind !== 'value') throw refused(name, 'it starts with SELECT VALUE');
  if (select.distinct || select.top || CLAUSES.some((clause) => query[clause] !== undefined))
    throw refused(name, 'it has no DISTINCT, TOP, WHERE, GROUP BY, ORDER BY, OFFSET or LIMIT');
  const { expression } = select.selection;
  for (const node of nodesOf(expression)) assertAllowed(node, { name, names, alias });
  return { expression, alias };
}

const CLAUSES = ['where', 'groupBy', 'orderBy', 'offsetLimit'] as const satisfies readonly (keyof Query)[];

interface Rules {
  readonly name: string;
  /** Of all computed properties. */
  readonly names: ReadonlySet<string>;
  readonly alias: string;
}

function assertAllowed(node: Expression, { name, names, alias }: Rules): void {
  if (node.kind === 'parameter') throw refused(name, 'it has no parameters');
  if (node.kind === 'call') {
    const called = node.name.toUpperCase();
    if (node.udf) throw refused(name, 'it calls no user-defined functions');
    if (aggregateFunctions.has(called) || REFUSED_FUNCTIONS.test(called))
      throw refused(name, `it does not call ${called}`);
  }
  if (node.kind === 'subquery' && node.form !== 'SCALAR' && node.form !== 'ARRAY')
    throw refused(name, `it has no ${node.form}`);
  if (
    node.kind === 'property' &&
    node.object.kind === 'identifier' &&
    node.object.name === alias &&
    names.has(node.name)
  )
    throw refused(name, 'it uses no computed property');
}

/** What depends on more than the item, and functions of places. */
const REFUSED_FUNCTIONS = /^(RAND|GETCURRENT.*|ST_.*)$/;

function nodesOf(node: Expression): readonly Expression[] {
  const inner = queriesOf(node).flatMap(expressionsOf);
  return [node, ...[...childrenOf(node), ...inner].flatMap(nodesOf)];
}

function refused(name: string, rule: string): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The query of the computed property '${name.slice(0, 100)}' is invalid: ${rule}`,
  );
}
