import type { Account } from '../../account/account.ts';
import type { Container } from '../../account/container.ts';
import type { ThroughputOwner } from '../../account/throughput-gate.ts';
import { CosmosError } from '../../model/errors.ts';
import { METADATA_READ_CHARGE } from '../../model/request-charge.ts';
import { maxRequestUnitsOf } from '../../model/throughput.ts';
import type { OperationResult } from '../result.ts';
import { findOffer, readOfferRecord } from './offer-records.ts';

/**
 * Runs an operation on items at the cost of the throughput that its container has.
 *
 * @param ranges the physical partitions that it is going to read or write
 * @throws CosmosError TooManyRequests before it runs, when these have nothing left
 */
export async function metered(
  account: Account,
  target: { readonly container: Container; readonly ranges: readonly number[] },
  run: () => OperationResult | Promise<OperationResult>,
): Promise<OperationResult> {
  const gate = account.throughputGate;
  const owner = gate && ownerOf(account, target.container);
  if (!gate || !owner) return run();
  const partitions = owner.rid === target.container.rid ? target.ranges : [0];
  gate.assertAvailable(owner, partitions);
  try {
    const result = await run();
    gate.spend(owner, partitions, result.charge);
    return result;
  } catch (error) {
    if (error instanceof CosmosError) gate.spend(owner, partitions, METADATA_READ_CHARGE);
    throw error;
  }
}

/** The container, or its database; undefined when neither has an offer. A database's throughput is one pot. */
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
