import { type Account, newEtag, notFound, nowInSeconds } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import {
  maxRequestUnitsOf,
  migratedThroughput,
  offerBody,
  readOfferReplacement,
  type Throughput,
} from '../../model/throughput/throughput.ts';
import type { StoredResource } from '../../store/store.ts';
import { type FeedPage, type ResourceFeed, takePage, toFeedJson } from '../feed.ts';
import { assertIfMatch, type Preconditions } from '../preconditions.ts';
import { type OperationResult, toResourceJson } from '../result.ts';
import { type OfferRecord, readOfferRecord } from './offer-records.ts';
import { METADATA_CHARGE } from './request-charge.ts';

/** @throws CosmosError NotFound */
export function readOffer(account: Account, id: string): OperationResult {
  const offer = findById(account, id);
  return { status: 200, body: toOfferJson(offer), etag: offer.etag, charge: METADATA_CHARGE.read };
}

export function listOffers(account: Account, page: FeedPage): OperationResult {
  return toOfferPage(account.store.resources.list('offers', ''), page);
}

export function offersFeed({ store }: Account): ResourceFeed {
  return { parentRid: '', name: 'Offers', resources: store.resources.list('offers', '').map(toOfferJson) };
}

/**
 * @param input.migrateTo changes the kind of throughput and keeps its amount; the body is then ignored
 * @throws CosmosError NotFound, BadRequest for a wrong throughput or another offer's id, or PreconditionFailed
 */
export async function replaceOffer(
  account: Account,
  id: string,
  input: { readonly body: JsonObject; readonly migrateTo?: Throughput['kind'] } & Preconditions,
): Promise<OperationResult> {
  const offer = await account.commits.write(() => {
    const existing = findById(account, id);
    assertIfMatch(input, existing.etag);
    assertSameOffer(existing, input.body);
    const { owner, throughput: current, highestEver: highest } = readOfferRecord(existing);
    const { migrateTo, body: wanted } = input;
    const throughput = migrateTo
      ? migratedThroughput(current, migrateTo)
      : readOfferReplacement(current, highest, wanted);
    const record: OfferRecord = { owner, throughput, highestEver: Math.max(highest, maxRequestUnitsOf(throughput)) };
    const body = JSON.stringify(record);
    const replaced = { ...existing, etag: newEtag(account), ts: nowInSeconds(account), body };
    account.store.resources.put(replaced);
    return replaced;
  });
  const { owner, throughput } = readOfferRecord(offer);
  account.throughputGate?.setRate({ rid: owner.rid, requestUnits: maxRequestUnitsOf(throughput) });
  return { status: 200, body: toOfferJson(offer), etag: offer.etag, charge: METADATA_CHARGE.write };
}

/** Members that are absent keep their value. */
function assertSameOffer({ id, rid }: StoredResource, { id: givenId = id, _rid: givenRid = rid }: JsonObject): void {
  const isSame = typeof givenId === 'string' && givenId.toLowerCase() === id.toLowerCase() && givenRid === rid;
  if (!isSame) throw new CosmosError('BadRequest', `The id and _rid of the offer '${id}' cannot be changed`);
}

function findById({ store }: Account, id: string): StoredResource {
  // Clients sign the id in lower case and some send it so.
  const offers = store.resources.list('offers', '');
  const found = store.resources.get('offers', '', id) ?? offers.find((offer) => offer.id.toLowerCase() === id);
  if (!found) throw notFound();
  return found;
}

function toOfferPage(offers: readonly StoredResource[], page: FeedPage): OperationResult {
  const { taken, continuation } = takePage(offers, page);
  const body = toFeedJson('', 'Offers', taken.map(toOfferJson));
  return { status: 200, body, charge: METADATA_CHARGE.list, itemCount: taken.length, ...continuation };
}

function toOfferJson(offer: StoredResource): string {
  const { owner, throughput, highestEver } = readOfferRecord(offer);
  const properties = { id: offer.id, ...offerBody(throughput, highestEver, owner) };
  return toResourceJson(offer, `offers/${offer.rid}/`, properties);
}
