import { CosmosError } from '../../model/errors.ts';
import { aggregateFunctions } from '../functions/aggregates.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { childrenOf, expressionsOf, queriesOf, sourceName } from '../syntax/walk.ts';
import type { ComputedProperty } from './compilation.ts';

/** A property as a container's definition has it. */
export interface ComputedPropertyText {
  readonly name: string;
  /** `SELECT VALUE <expression> FROM c`. */
  readonly query: string;
}

/**
 * Reads a computed property, whose query may only compute a value of the item. Source: "Computed properties in Azure Cosmos DB for
 * NoSQL", limitations.
 *
 * @param names of all computed properties of the container
 * @throws CosmosError BadRequest
 */
export function computedPropertyOf(name: string, query: Query, names: ReadonlySet<string>): ComputedProperty {
  const { select, from } = query;
  const alias = from?.kind === 'aliased' && from.collection.kind === 'path' ? sourceName(from) : undefined;
  const isPath = from?.kind === 'aliased' && from.collection.kind === 'path' && from.collection.steps.length > 0;
  if (alias === undefined || isPath) throw invalid(name, 'it selects from the item alone');
  if (select.selection.kind !== 'value') throw invalid(name, 'it starts with SELECT VALUE');
  if (select.distinct || select.top || CLAUSES.some((clause) => query[clause] !== undefined))
    throw invalid(name, 'it has no DISTINCT, TOP, WHERE, GROUP BY, ORDER BY, OFFSET or LIMIT');
  const { expression } = select.selection;
  for (const node of nodesOf(expression)) assertAllowed(node, { name, names, alias });
  return { expression, alias };
}

const CLAUSES = ['where', 'groupBy', 'orderBy', 'offsetLimit'] as const satisfies readonly (keyof Query)[];

interface Rules {
  readonly name: string;
  /** The names of all computed properties. */
  readonly names: ReadonlySet<string>;
  readonly alias: string;
}

function assertAllowed(node: Expression, { name, names, alias }: Rules): void {
  if (node.kind === 'parameter') throw invalid(name, 'it has no parameters');
  if (node.kind === 'call') {
    const called = node.name.toUpperCase();
    if (node.udf) throw invalid(name, 'it calls no user-defined functions');
    if (aggregateFunctions.has(called) || FORBIDDEN_FUNCTIONS.test(called))
      throw invalid(name, `it does not call ${called}`);
  }
  if (node.kind === 'subquery' && node.form !== 'SCALAR' && node.form !== 'ARRAY')
    throw invalid(name, `it has no ${node.form}`);
  if (
    node.kind === 'property' &&
    node.object.kind === 'identifier' &&
    node.object.name === alias &&
    names.has(node.name)
  )
    throw invalid(name, 'it uses no computed property');
}

/** Functions that depend on more than the item, and spatial functions. */
const FORBIDDEN_FUNCTIONS = /^(RAND|GETCURRENT.*|ST_.*)$/;

function nodesOf(node: Expression): readonly Expression[] {
  const inner = queriesOf(node).flatMap(expressionsOf);
  return [node, ...[...childrenOf(node), ...inner].flatMap(nodesOf)];
}

function invalid(name: string, rule: string): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The query of the computed property '${name.slice(0, 100)}' is invalid: ${rule}`,
  );
}
