import type { Container } from '../../account/account.ts';
import type { BatchOperation } from '../../model/requests/batch-request.ts';
import type { OperationResult } from '../result.ts';
import { totalCharge } from '../throughput/request-charge.ts';
import type { BatchOutcome } from './batch-operation.ts';

export interface BatchOutcomes {
  readonly operations: readonly BatchOperation[];
  /** In the order of the operations. */
  readonly outcomes: readonly BatchOutcome[];
  /** The physical partition of all operations. */
  readonly range: number;
  /** Whether the items that were written are left out (`Prefer: return=minimal`). */
  readonly minimal: boolean;
}

/** 200 when every operation succeeded, otherwise 207. The body lists the outcomes in both cases. */
export function toBatchResult(
  container: Container,
  { operations, outcomes, range, minimal }: BatchOutcomes,
): OperationResult {
  const entries = outcomes.map((outcome, index) =>
    toJson(outcome, minimal && operations[index]?.operationType !== 'Read'),
  );
  return {
    status: outcomes.every(isSuccess) ? 200 : 207,
    body: `[${entries.join(',')}]`,
    charge: totalCharge(outcomes.map(({ charge }) => charge)),
    container,
    range,
  };
}

export function isSuccess({ status }: BatchOutcome): boolean {
  return status < 300;
}

/** Inserts the item's text as it is stored. */
function toJson({ status, charge, item, error }: BatchOutcome, withoutItem: boolean): string {
  const entry = JSON.stringify({
    statusCode: status,
    requestCharge: charge,
    eTag: item?.etag,
    subStatusCode: error?.details.substatus,
    retryAfterMilliseconds: error?.details.retryAfterMs,
    message: error?.message,
  });
  return item && !withoutItem ? `${entry.slice(0, -1)},"resourceBody":${item.body}}` : entry;
}
