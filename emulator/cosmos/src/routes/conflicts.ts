import type { Account } from '../account/account.ts';
import { findConflict, listConflicts } from '../operations/conflicts.ts';
import type { OperationResult } from '../operations/result.ts';
import { containerOf } from './containers.ts';
import { feedPageOf, objectBody, type RouteRequest } from './request.ts';

export function getConflicts(account: Account, request: RouteRequest): OperationResult {
  feedPageOf(request); // refuses what no feed takes
  return listConflicts(containerOf(account, request));
}

export function postConflictQuery(account: Account, request: RouteRequest): OperationResult {
  objectBody(request);
  return getConflicts(account, request);
}

export function anyConflict(account: Account, request: RouteRequest): OperationResult {
  containerOf(account, request);
  return findConflict();
}
