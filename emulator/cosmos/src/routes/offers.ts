import type { Account } from '../account/account.ts';
import { listOffers, readOffer, replaceOffer } from '../operations/offers.ts';
import type { OperationResult } from '../operations/result.ts';
import { feedPageOf, nameAt, objectBody, preconditionsOf, type RouteRequest } from './request.ts';

export function getOffer(account: Account, request: RouteRequest): OperationResult {
  return readOffer(account, nameAt(request, 0));
}

export function getOffers(account: Account, request: RouteRequest): OperationResult {
  return listOffers(account, feedPageOf(request));
}

export function putOffer(account: Account, request: RouteRequest): Promise<OperationResult> {
  const input = { body: objectBody(request), ...preconditionsOf(request) };
  return replaceOffer(account, nameAt(request, 0), input);
}
