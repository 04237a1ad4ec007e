import type { Account } from '../../account/account.ts';
import { type Container, findResource } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';
import type { PartitionKeyValue } from '../../model/partition-key/partition-key.ts';
import { namedPartitionKey } from '../items/item-transaction.ts';
import type { OperationResult } from '../result.ts';
import { MINIMAL_CHARGE } from '../throughput/request-charge.ts';
import { sourceOf } from './script-kinds.ts';
import { type ScriptOutcome, withScriptTransaction } from './script-transaction.ts';

export interface ProcedureInput {
  /** The id or `_rid` of the stored procedure. */
  readonly name: string;
  readonly args: readonly JsonValue[];
  readonly partitionKey: PartitionKeyValue | undefined;
  /** Whether the response has what it logs. */
  readonly logs: boolean;
  /** Whether the client has left, so that the procedure need not begin. */
  isClosed(): boolean;
}

/**
 * Runs a stored procedure on one logical partition, as one transaction.
 *
 * @throws CosmosError NotFound, BadRequest without a full partition key or when the script fails, RequestTimeout when it takes too long
 */
export async function executeStoredProcedure(
  account: Account,
  container: Container,
  { name, args, partitionKey, logs, isClosed }: ProcedureInput,
): Promise<OperationResult> {
  const procedure = findResource(account.store, { kind: 'sprocs', parentRid: container.rid, name });
  const key = namedPartitionKey(container, partitionKey);
  const { outcome, charge } = await withScriptTransaction(account, container, {
    partitionKey: key,
    work: async (transaction) => {
      // It may have waited for others for longer than its client did.
      if (isClosed()) throw new CosmosError('RequestTimeout', 'The client has closed the connection');
      const source = sourceOf(procedure);
      const result = await transaction.run({ name: procedure.id, source, kind: 'procedure', args, logs });
      return { outcome: result, charge: transaction.charge };
    },
  });
  const { range } = container.locate(key);
  return {
    status: 200,
    body: bodyOf(outcome),
    charge: Math.max(MINIMAL_CHARGE, charge),
    container,
    range,
    ...(outcome.log !== '' && { scriptLog: outcome.log }),
  };
}

/** JSON; empty when the script has set nothing. Text that was put together is sent as it is where it is JSON. */
function bodyOf({ isWritten, isAppended, responseBody }: ScriptOutcome): string {
  if (!isWritten || responseBody === undefined) return '';
  if (!isAppended || typeof responseBody !== 'string') return JSON.stringify(responseBody);
  // Numbers one after the other, which clients read as one number.
  const text = responseBody.replace(/^0+(?=\d+$)/, '');
  return isJson(text) ? text : JSON.stringify(responseBody);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
