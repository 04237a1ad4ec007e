import type { Account } from '../account/account.ts';
import type { Container } from '../account/container.ts';
import { readBatchRequest } from '../model/batch-request.ts';
import { CosmosError } from '../model/errors.ts';
import { executeBatch } from '../operations/batch/execute-batch.ts';
import { executeBulk } from '../operations/batch/execute-bulk.ts';
import { parseBody } from '../operations/items/item.ts';
import type { OperationResult } from '../operations/result.ts';
import { containerOf } from './containers.ts';
import { rangeOf } from './feed-request.ts';
import { flag, partitionKeyOf, prefersMinimal, type RouteRequest } from './request.ts';
import { assertSession } from './session.ts';

/** A transactional batch when the request says atomic, otherwise bulk. */
export function postBatch(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const operations = readBatchRequest(parseBody(request.body.toString()), request.body.length);
  if (operations.some(({ operationType }) => operationType === 'Read')) assertSession(account, container, request);
  const minimal = prefersMinimal(request);
  if (flag(request, 'x-ms-cosmos-batch-atomic'))
    return executeBatch(account, container, { operations, partitionKey: partitionKeyOf(request), minimal });
  const continueOnError = flag(request, 'x-ms-cosmos-batch-continue-on-error');
  const range = bulkRangeOf(container, request);
  return executeBulk(account, container, { operations, range, continueOnError, minimal });
}

function bulkRangeOf(container: Container, request: RouteRequest): number {
  const range = rangeOf(container, request);
  if (range !== undefined) return range;
  if (container.ranges.length === 1) return 0;
  throw new CosmosError('BadRequest', 'A bulk request must name its partition key range');
}
