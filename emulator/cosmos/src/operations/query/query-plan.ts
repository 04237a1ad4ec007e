import type { Account } from '../../account/account.ts';
import type { Container } from '../../account/container.ts';
import { parsePropertyPath } from '../../model/property-path.ts';
import { METADATA_READ_CHARGE } from '../../model/throughput/request-charge.ts';
import type { PlanPolicy } from '../../query/plan/planner.ts';
import type { OperationResult } from '../result.ts';
import type { QueryBody } from './query-body.ts';

export interface QueryPlanInput {
  readonly body: QueryBody;
  /** What the client can merge; absent: everything. */
  readonly supportedFeatures?: ReadonlySet<string>;
}

/** How a client has to run a query over the physical partitions. @throws CosmosError BadRequest for a query that has no plan */
export function readQueryPlan(account: Account, container: Container, input: QueryPlanInput): OperationResult {
  const { body, supportedFeatures } = input;
  const query = account.queries.compile(body.text, body.parameters, container.definition.computedProperties);
  const plan = query.plan({ ...planPolicyOf(container), ...(supportedFeatures && { supportedFeatures }) });
  return { status: 200, body: JSON.stringify(plan), charge: METADATA_READ_CHARGE, container };
}

/** What of a container's definition plans depend on. */
export function planPolicyOf({ definition }: Container): PlanPolicy {
  const embeddings = definition.vectorEmbeddingPolicy?.vectorEmbeddings ?? [];
  const functions = new Map(embeddings.map((one) => [keyOf(parsePropertyPath(one.path)), one.distanceFunction]));
  return { partitionKey: definition.partitionKey, distanceOf: (path) => functions.get(path) };
}

/** A path without the quotes that a definition may put around names. */
function keyOf(names: readonly string[]): string {
  return names.map((name) => `/${name}`).join('');
}
