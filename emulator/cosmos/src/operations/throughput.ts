import { type Account, newEtag, nowInSeconds } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';
import { offerRid } from '../model/rid.ts';
import type { StoredResource } from '../store/store.ts';

/** Provisioned request units per second: fixed, or up to a maximum. */
export type Throughput = { readonly manual: number } | { readonly autoscaleMax: number };

/** What a container gets when the client names none. */
export const DEFAULT_THROUGHPUT: Throughput = { manual: 400 };
const MIN_MANUAL = 400;
const MIN_AUTOSCALE = 1_000;
const MAX_THROUGHPUT = 1_000_000;
/** One physical partition serves this much. Source: "Partitioning and horizontal scaling in Azure Cosmos DB". */
const PER_PARTITION = 10_000;

/** What the store keeps of an offer. */
export interface OfferRecord {
  /** `_self` of the database or container. */
  readonly resource: string;
  readonly offerResourceId: string;
  readonly throughput: Throughput;
}

export function physicalPartitions(throughput: Throughput): number {
  return Math.max(1, Math.ceil(maximumOf(throughput) / PER_PARTITION));
}

/** @throws CosmosError BadRequest */
export function manualThroughput(value: number): Throughput {
  if (Number.isInteger(value) && value >= MIN_MANUAL && value <= MAX_THROUGHPUT && value % 100 === 0)
    return { manual: value };
  throw invalidThroughput(value, `${MIN_MANUAL} to ${MAX_THROUGHPUT} in steps of 100`);
}

/** @throws CosmosError BadRequest */
export function autoscaleThroughput(value: JsonValue | undefined): Throughput {
  if (typeof value === 'number' && value >= MIN_AUTOSCALE && value <= MAX_THROUGHPUT && value % 1_000 === 0)
    return { autoscaleMax: value };
  throw invalidThroughput(value, `${MIN_AUTOSCALE} to ${MAX_THROUGHPUT} in steps of 1000`);
}

/** Inside a transaction. */
export function insertOffer(account: Account, target: { self: string; rid: string }, throughput: Throughput): void {
  const rid = offerRid(account.store.counters.next('offers'));
  const record: OfferRecord = { resource: target.self, offerResourceId: target.rid, throughput };
  const body = JSON.stringify(record);
  const common = { kind: 'offers', parentRid: '', id: rid, rid };
  account.store.resources.put({ ...common, etag: newEtag(account), ts: nowInSeconds(account), body });
}

/** Inside a transaction. */
export function deleteOffer({ store }: Pick<Account, 'store'>, resourceRid: string): void {
  const offer = findOffer({ store }, resourceRid);
  if (offer) store.resources.delete(offer.rid);
}

/** The offer of a database or container; undefined when it has none of its own. */
export function findOffer({ store }: Pick<Account, 'store'>, resourceRid: string): StoredResource | undefined {
  return store.resources.list('offers', '').find((offer) => readOfferRecord(offer).offerResourceId === resourceRid);
}

export function readOfferRecord({ body }: StoredResource): OfferRecord {
  return JSON.parse(body) as OfferRecord; // written by this file alone
}

/** The members of an offer's `content` that the service sends. */
export function toOfferContent(throughput: Throughput): JsonObject {
  const minimum = { maxThroughputEverProvisioned: maximumOf(throughput), maxConsumedStorageEverInKB: 0 };
  const common = { offerIsRUPerMinuteThroughputEnabled: false, offerMinimumThroughputParameters: minimum };
  if ('manual' in throughput) return { offerThroughput: throughput.manual, ...common };
  const maxThroughput = throughput.autoscaleMax;
  const offerAutopilotSettings = { tier: 0, maximumTierThroughput: 0, autoUpgrade: false, maxThroughput };
  return { offerThroughput: maxThroughput / 10, ...common, offerAutopilotSettings };
}

/** What a client asks for when it replaces an offer. @throws CosmosError BadRequest */
export function throughputOfContent(content: JsonValue | undefined): Throughput {
  if (!isJsonObject(content)) throw new CosmosError('BadRequest', "The offer's content must be a JSON object");
  const settings = content.offerAutopilotSettings;
  if (isJsonObject(settings)) return autoscaleThroughput(settings.maxThroughput);
  return manualThroughput(Number(content.offerThroughput));
}

function maximumOf(throughput: Throughput): number {
  return 'manual' in throughput ? throughput.manual : throughput.autoscaleMax;
}

function invalidThroughput(value: unknown, expected: string): CosmosError {
  return new CosmosError('BadRequest', `The throughput ${String(value).slice(0, 50)} is invalid; expected ${expected}`);
}
