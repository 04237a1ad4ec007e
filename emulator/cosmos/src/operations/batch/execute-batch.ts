import type { Account, Container } from '../../account/account.ts';
import type { PartitionKeyValue } from '../../model/partition-key/partition-key.ts';
import type { BatchOperation } from '../../model/requests/batch-request.ts';
import { ItemTransaction, namedPartitionKey } from '../items/item-transaction.ts';
import type { OperationResult } from '../result.ts';
import { applyBatchOperation, attempt, type BatchOutcome, DEPENDENCY_FAILED } from './batch-operation.ts';
import { isSuccess, toBatchResult } from './batch-result.ts';

export interface BatchInput {
  readonly operations: readonly BatchOperation[];
  /** The one logical partition of all operations. */
  readonly partitionKey: PartitionKeyValue | undefined;
  readonly minimal: boolean;
}

/**
 * A transactional batch: all operations with one LSN, or none of them. The operation that failed has its own status, the
 * others 424. Source: "Transactional batch operations in Azure Cosmos DB".
 *
 * @throws CosmosError BadRequest when the partition key is missing or unfit
 */
export async function executeBatch(
  account: Account,
  container: Container,
  { operations, partitionKey, minimal }: BatchInput,
): Promise<OperationResult> {
  const key = namedPartitionKey(container, partitionKey);
  const outcomes = await account.commits.write(() => {
    try {
      return account.commits.savepoint(() => applyAll(new ItemTransaction(account, container), operations, key));
    } catch (error) {
      if (error instanceof BatchRollback) return operations.map((_, index) => error.outcomeAt(index));
      throw error;
    }
  });
  return toBatchResult(container, { operations, outcomes, range: container.locate(key).range, minimal });
}

function applyAll(
  transaction: ItemTransaction,
  operations: readonly BatchOperation[],
  partitionKey: PartitionKeyValue,
): BatchOutcome[] {
  return operations.map((operation, index) => {
    const outcome = attempt(() => applyBatchOperation(transaction, operation, partitionKey));
    if (isSuccess(outcome)) return outcome;
    throw new BatchRollback(index, outcome);
  });
}

/** Thrown through the savepoint, which then undoes all writes of the batch. */
class BatchRollback extends Error {
  readonly #failedAt: number;
  readonly #outcome: BatchOutcome;

  constructor(failedAt: number, outcome: BatchOutcome) {
    super('An operation of the batch failed');
    this.#failedAt = failedAt;
    this.#outcome = outcome;
  }

  outcomeAt(index: number): BatchOutcome {
    return index === this.#failedAt ? this.#outcome : DEPENDENCY_FAILED;
  }
}
