import type { Account } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import type { Throughput } from '../model/throughput/throughput.ts';
import { readAccount } from '../operations/account/read-account.ts';
import { createDatabase } from '../operations/databases/create-database.ts';
import { deleteDatabase } from '../operations/databases/delete-database.ts';
import { listDatabases } from '../operations/databases/list-databases.ts';
import { readDatabase } from '../operations/databases/read-database.ts';
import type { OperationResult } from '../operations/result.ts';
import { listOffers, readOffer, replaceOffer } from '../operations/throughput/offers.ts';
import { feedPageOf, flag, nameAt, objectBody, preconditionsOf, type RouteRequest, throughputOf } from './request.ts';

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

export function getOffer(account: Account, request: RouteRequest): OperationResult {
  return readOffer(account, nameAt(request, 0));
}

export function getOffers(account: Account, request: RouteRequest): OperationResult {
  return listOffers(account, feedPageOf(request));
}

export function putOffer(account: Account, request: RouteRequest): Promise<OperationResult> {
  const migrateTo = migrationOf(request);
  const input = { body: objectBody(request), ...preconditionsOf(request), ...(migrateTo && { migrateTo }) };
  return replaceOffer(account, nameAt(request, 0), input);
}

/** The kind of throughput that the request changes to. @throws CosmosError BadRequest when it asks for both */
function migrationOf(request: RouteRequest): Throughput['kind'] | undefined {
  const toManual = flag(request, 'x-ms-cosmos-migrate-offer-to-manual-throughput');
  const toAutoscale = flag(request, 'x-ms-cosmos-migrate-offer-to-autopilot');
  if (toManual && toAutoscale)
    throw new CosmosError('BadRequest', 'An offer can be migrated to manual or to autoscale throughput, not to both');
  if (toManual) return 'manual';
  return toAutoscale ? 'autoscale' : undefined;
}
