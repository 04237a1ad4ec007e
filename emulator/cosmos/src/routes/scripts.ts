import type { Account } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import type { ResourceParent } from '../operations/resources/named-resource.ts';
import type { OperationResult } from '../operations/result.ts';
import { executeStoredProcedure } from '../operations/scripts/execute-stored-procedure.ts';
import { containerOf, jsonBody, logsOf, nameAt, partitionKeyOf, type RouteRequest } from './request.ts';

export function containerParent(account: Account, request: RouteRequest): ResourceParent {
  const container = containerOf(account, request);
  return { rid: container.rid, self: container.self, container };
}

/** The body is an array of arguments. */
export function postExecute(account: Account, request: RouteRequest): Promise<OperationResult> {
  const args = request.body.length === 0 ? [] : jsonBody(request);
  if (!Array.isArray(args)) throw new CosmosError('BadRequest', 'The arguments of a stored procedure are an array');
  return executeStoredProcedure(account, containerOf(account, request), {
    name: nameAt(request, 2),
    args,
    partitionKey: partitionKeyOf(request),
    logs: logsOf(request),
    isClosed: request.isClosed,
  });
}
