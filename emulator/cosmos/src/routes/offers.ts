import type { Account } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import type { Throughput } from '../model/throughput.ts';
import type { OperationResult } from '../operations/result.ts';
import { listOffers, readOffer, replaceOffer } from '../operations/throughput/offers.ts';
import { feedPageOf, flag, nameAt, objectBody, preconditionsOf, type RouteRequest } from './request.ts';

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
