import type { Account } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import type { ResourceParent } from '../operations/resources/named-resource.ts';
import type { OperationResult } from '../operations/result.ts';
import { executeStoredProcedure } from '../operations/scripts/execute-stored-procedure.ts';
import type { TriggerNames } from '../operations/scripts/write-with-triggers.ts';
import { containerOf, flag, header, jsonBody, nameAt, partitionKeyOf, type RouteRequest } from './request.ts';

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
  });
}

export function logsOf(request: RouteRequest): boolean {
  return flag(request, 'x-ms-documentdb-script-enable-logging');
}

/** The triggers that a request names; undefined: none. */
export function triggersOf(request: RouteRequest): TriggerNames | undefined {
  const pre = namesIn(header(request, 'x-ms-documentdb-pre-trigger-include'));
  const post = namesIn(header(request, 'x-ms-documentdb-post-trigger-include'));
  return pre.length + post.length > 0 ? { pre, post } : undefined;
}

function namesIn(list: string | undefined): readonly string[] {
  return list === undefined
    ? []
    : list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
}
