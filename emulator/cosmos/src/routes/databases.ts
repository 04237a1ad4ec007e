import type { Account } from '../account/account.ts';
import { readAccount } from '../operations/account/read-account.ts';
import { createDatabase } from '../operations/databases/create-database.ts';
import { deleteDatabase } from '../operations/databases/delete-database.ts';
import { listDatabases } from '../operations/databases/list-databases.ts';
import { readDatabase } from '../operations/databases/read-database.ts';
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
