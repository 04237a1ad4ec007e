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
  return toBatchResult(container, { operations, outcomes, range, minimal });
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
