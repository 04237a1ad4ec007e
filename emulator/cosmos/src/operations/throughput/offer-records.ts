import { type Account, newEtag, nowInSeconds } from '../../account/account.ts';
import { offerRid } from '../../model/resource-id.ts';
import { maxRequestUnitsOf, type Throughput } from '../../model/throughput/throughput.ts';
import type { StoredResource } from '../../store/store.ts';

/** What the store keeps of an offer. */
export interface OfferRecord {
  /** The database or container that has the throughput. */
  readonly owner: { readonly self: string; readonly rid: string };
  readonly throughput: Throughput;
  /** The highest ever provisioned, in request units per second. */
  readonly highestEver: number;
}

/** Inside a transaction. */
export function insertOffer(account: Account, { self, rid }: OfferRecord['owner'], throughput: Throughput): void {
  const offer = offerRid(account.store.counters.next('offers'));
  const record: OfferRecord = { owner: { self, rid }, throughput, highestEver: maxRequestUnitsOf(throughput) };
  const common = { kind: 'offers', parentRid: '', id: offer, rid: offer, body: JSON.stringify(record) };
  account.store.resources.put({ ...common, etag: newEtag(account), ts: nowInSeconds(account) });
}

/** Inside a transaction. */
export function deleteOffer({ store }: Pick<Account, 'store'>, ownerRid: string): void {
  const offer = findOffer({ store }, ownerRid);
  if (offer) store.resources.delete(offer.rid);
}

/** The offer of a database or container; undefined when it has none of its own. */
export function findOffer({ store }: Pick<Account, 'store'>, ownerRid: string): StoredResource | undefined {
  return store.resources.list('offers', '').find((offer) => readOfferRecord(offer).owner.rid === ownerRid);
}

export function readOfferRecord({ body }: StoredResource): OfferRecord {
  return JSON.parse(body) as OfferRecord; // written by `insertOffer` and `replaceOffer` alone
}
