import type { Account } from '../account/account.ts';
import { createDatabase } from '../operations/create-database.ts';
import { deleteDatabase } from '../operations/delete-database.ts';
import { listDatabases } from '../operations/list-databases.ts';
import { readAccount } from '../operations/read-account.ts';
import { readDatabase } from '../operations/read-database.ts';
import type { OperationResult } from '../operations/result.ts';
import { feedPageOf, nameAt, objectBody, preconditionsOf, type RouteRequest, throughputOf } from './request.ts';

export function getAccount(_account: Account, { headers, secure }: RouteRequest): OperationResult {
  return readAccount(`${secure ? 'https' : 'http'}://${headers.host ?? 'localhost'}`);
}

export function postDatabase(account: Account, request: RouteRequest): Promise<OperationResult> {
  return createDatabase(account, objectBody(request), throughputOf(request));
}

export function getDatabases(account: Account, request: RouteRequest): OperationResult {
  return listDatabases(account, feedPageOf(request));
}

export function getDatabase(account: Account, request: RouteRequest): OperationResult {
  return readDatabase(account, nameAt(request, 0), preconditionsOf(request));
}

export function removeDatabase(account: Account, request: RouteRequest): Promise<OperationResult> {
  return deleteDatabase(account, nameAt(request, 0), preconditionsOf(request));
}
