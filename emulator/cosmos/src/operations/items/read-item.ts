import { type Account, type Container, notFound, nowInSeconds } from '../../account/account.ts';
import type { ItemKey } from '../../store/store.ts';
import { isNotModified, type Preconditions } from '../preconditions.ts';
import { readCharge } from '../throughput/request-charge.ts';
import { type ItemResult, isExpired, toItemResult } from './item-transaction.ts';

export interface ReadItemInput extends Preconditions {
  readonly key: ItemKey;
}

/** 304 when `ifNoneMatch` names the item's state. @throws CosmosError NotFound */
export function readItem(account: Account, container: Container, input: ReadItemInput): ItemResult {
  const item = account.store.items.get(input.key);
  if (!item || isExpired(item, nowInSeconds(account))) throw notFound();
  const charge = readCharge(item);
  const { etag, range, lsn } = item;
  if (isNotModified(input, etag)) return { status: 304, etag, charge, container, range, itemLsn: lsn };
  return toItemResult(200, container, item, charge);
}
