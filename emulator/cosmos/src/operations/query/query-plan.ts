import type { Account } from '../../account/account.ts';
import type { Container } from '../../account/catalog.ts';
import type { OperationResult } from '../result.ts';
import { METADATA_READ_CHARGE } from '../throughput/request-charge.ts';
import type { QueryBody } from './query-documents.ts';
import { planPolicyOf } from './query-scope.ts';

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
