import type { Account } from '../account/account.ts';
import { notFound } from '../account/catalog.ts';
import { containerOf } from './containers.ts';
import type { RouteRequest } from './request.ts';

/** A single conflict is never found: there is one region. @throws CosmosError NotFound */
export function anyConflict(account: Account, request: RouteRequest): never {
  containerOf(account, request);
  throw notFound();
}
