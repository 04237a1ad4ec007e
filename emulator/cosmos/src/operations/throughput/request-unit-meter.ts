import type { Account, Container, ThroughputOwner } from '../../account/account.ts';
import { maxRequestUnitsOf } from '../../model/throughput/throughput.ts';
import { findOffer, readOfferRecord } from './offer-records.ts';
import { METADATA_READ_CHARGE } from './request-charge.ts';

/** Takes the request units of one request from the partitions that it uses. */
export interface RequestUnitMeter {
  charge(requestUnits: number): void;
  /** Charges a request that was rejected. */
  chargeFailure(): void;
}

/**
 * Checks, before an operation on items runs, that its partitions have request units left.
 *
 * @param target.ranges the physical partitions that it will read or write
 * @returns undefined when the container has no throughput to enforce
 * @throws CosmosError TooManyRequests when one of them has nothing left
 */
export function meterOf(
  account: Account,
  target: { readonly container: Container; readonly ranges: readonly number[] },
): RequestUnitMeter | undefined {
  const gate = account.throughputGate;
  const owner = gate && ownerOf(account, target.container);
  if (!gate || !owner) return undefined;
  const partitions = owner.rid === target.container.rid ? target.ranges : [0];
  gate.assertAvailable(owner, partitions);
  return {
    charge: (requestUnits) => gate.spend(owner, partitions, requestUnits),
    chargeFailure: () => gate.spend(owner, partitions, METADATA_READ_CHARGE),
  };
}

/** The container, or its database; undefined when neither has an offer. The containers of a database share its throughput. */
function ownerOf(account: Account, { rid, database, ranges }: Container): ThroughputOwner | undefined {
  const own = requestUnitsOf(account, rid);
  if (own !== undefined) return { rid, requestUnits: own, partitions: ranges.length };
  const shared = requestUnitsOf(account, database.rid);
  return shared === undefined ? undefined : { rid: database.rid, requestUnits: shared, partitions: 1 };
}

function requestUnitsOf(account: Account, ownerRid: string): number | undefined {
  const offer = findOffer(account, ownerRid);
  return offer && maxRequestUnitsOf(readOfferRecord(offer).throughput);
}
