import type { Account, Container } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import type { BatchOperation } from '../../model/requests/batch-request.ts';
import { ItemTransaction, namedPartitionKey } from '../items/item-transaction.ts';
import type { OperationResult } from '../result.ts';
import { applyBatchOperation, attempt, type BatchOutcome, DEPENDENCY_FAILED } from './batch-operation.ts';
import { isSuccess, toBatchResult } from './batch-result.ts';

export interface BulkInput {
  /** Each has its own partition key. */
  readonly operations: readonly BatchOperation[];
  /** The physical partition of all operations. */
  readonly range: number;
  /** False: the operations after the first failure do not run and have the status 424. */
  readonly continueOnError: boolean;
  readonly minimal: boolean;
}

/** Runs operations that are independent of each other: each has its own LSN, and they share one commit. */
export async function executeBulk(
  account: Account,
  container: Container,
  { operations, range, continueOnError, minimal }: BulkInput,
): Promise<OperationResult> {
  const outcomes = await account.commits.write(() => {
    let stopped = false;
    return operations.map((operation): BatchOutcome => {
      if (stopped) return DEPENDENCY_FAILED;
      const outcome = attempt(() => applyToRange(new ItemTransaction(account, container), operation, range));
      stopped = !continueOnError && !isSuccess(outcome);
      return outcome;
    });
  });
  return toBatchResult(container, { operations, outcomes: withinResponse(operations, outcomes), range, minimal });
}

/** The largest response of the service. Source: "Azure Cosmos DB service quotas", maximum response size. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;
/** The client sends what has this substatus again, in a request of its own (the SDK, bulkExecutionRetryPolicy). */
const RESPONSE_TOO_LARGE = 3402;

/** Leaves out what is read when the response would become too large. */
function withinResponse(operations: readonly BatchOperation[], outcomes: readonly BatchOutcome[]): BatchOutcome[] {
  let size = 0;
  return outcomes.map((outcome, index) => {
    size += outcome.item ? Buffer.byteLength(outcome.item.body) : 0;
    if (size <= MAX_RESPONSE_BYTES || operations[index]?.operationType !== 'Read' || !outcome.item) return outcome;
    size -= Buffer.byteLength(outcome.item.body);
    const error = new CosmosError('RequestEntityTooLarge', 'The response would be too large', {
      substatus: RESPONSE_TOO_LARGE,
    });
    return { status: error.status, charge: outcome.charge, error };
  });
}

function applyToRange(transaction: ItemTransaction, operation: BatchOperation, range: number): BatchOutcome {
  const { container } = transaction;
  const partitionKey = namedPartitionKey(container, operation.partitionKey);
  if (container.locate(partitionKey).range !== range)
    throw new CosmosError('Gone', `The partition key of the operation is not in the partition key range ${range}`, {
      substatus: 1002,
    });
  return applyBatchOperation(transaction, operation, partitionKey);
}
