import { CosmosError } from '../errors.ts';
import { isJsonObject, type JsonObject, readInteger, readObject, readOptional, withoutUndefined } from '../json.ts';

/** Request units per second: fixed, or a maximum below which the service scales by itself (down to a tenth). */
export type Throughput =
  | { readonly kind: 'manual'; readonly requestUnits: number }
  | {
      readonly kind: 'autoscale';
      readonly maxRequestUnits: number;
      /** By how much the maximum would grow with the stored data; stored and returned without effect. */
      readonly upgradePercent?: number;
    };

export interface ThroughputHeaders {
  /** `x-ms-offer-throughput` */
  readonly offerThroughput?: string | undefined;
  /** `x-ms-cosmos-offer-autopilot-settings`: `{"maxThroughput":4000}` */
  readonly autopilotSettings?: string | undefined;
}

/** What a container is given when a request names no throughput. */
export const DEFAULT_THROUGHPUT: Throughput = { kind: 'manual', requestUnits: 400 };

/** Source: "Azure Cosmos DB service quotas", provisioned throughput. */
const MANUAL = { min: 400, max: 1_000_000, step: 100 };
const AUTOSCALE = { min: 1000, max: 1_000_000, step: 1000 };
/** Throughput cannot be lowered below a hundredth of the highest ever provisioned. Source: same page, minimum throughput. */
const LOWEST_SHARE_OF_HIGHEST = 1 / 100;
/**
 * A container is created with one physical partition for this much. Source: "Best practices for scaling provisioned throughput
 * (RU/s)": 6,000 of manual throughput, 10,000 of autoscale, although a partition can serve 10,000 in either case.
 */
const REQUEST_UNITS_PER_PHYSICAL_PARTITION: Readonly<Record<Throughput['kind'], number>> = {
  manual: 6_000,
  autoscale: 10_000,
};

/**
 * Reads the throughput that a create request asks for.
 *
 * @returns undefined when neither header is there
 * @throws CosmosError BadRequest when a value is out of range or both headers are there
 */
export function readThroughputHeaders({
  offerThroughput,
  autopilotSettings,
}: ThroughputHeaders): Throughput | undefined {
  if (offerThroughput !== undefined && autopilotSettings !== undefined) {
    throw new CosmosError('BadRequest', 'A request can ask for manual or autoscale throughput, not for both');
  }
  if (offerThroughput !== undefined)
    return manual(/^\d{1,9}$/.test(offerThroughput) ? Number(offerThroughput) : undefined);
  if (autopilotSettings !== undefined) return autoscale(parseSettings(autopilotSettings));
  return undefined;
}

/**
 * Reads the body of "replace offer".
 *
 * @param highestEver the highest throughput this resource has ever had, which bounds how low it may go
 * @throws CosmosError BadRequest, also when the body turns manual throughput into autoscale or back, which needs a migration header
 */
export function readOfferReplacement(current: Throughput, highestEver: number, body: unknown): Throughput {
  const content = readObject(readObject(body, 'offer').content, 'offer.content');
  const settings = readOptional(content.offerAutopilotSettings, 'offer.content.offerAutopilotSettings', readObject);
  const wanted = settings ? autoscale(settings) : manual(content.offerThroughput);
  if (wanted.kind !== current.kind) {
    throw new CosmosError(
      'BadRequest',
      `The offer has ${current.kind} throughput; a migration header is needed to change its kind`,
    );
  }
  const lowest = highestEver * LOWEST_SHARE_OF_HIGHEST;
  if (maxRequestUnitsOf(wanted) < lowest) {
    throw new CosmosError(
      'BadRequest',
      `The offer's throughput cannot be lower than ${lowest}, a hundredth of its highest`,
    );
  }
  return wanted;
}

/**
 * Turns manual throughput into autoscale, or back. Autoscale goes up to the manual throughput, in whole thousands; manual
 * stays at autoscale's maximum. Source: "Frequently asked questions about autoscale provisioned throughput".
 */
export function migratedThroughput(current: Throughput, kind: Throughput['kind']): Throughput {
  if (kind === current.kind) return current;
  const requestUnits = maxRequestUnitsOf(current);
  if (kind === 'manual') return { kind, requestUnits };
  return { kind, maxRequestUnits: Math.ceil(requestUnits / AUTOSCALE.step) * AUTOSCALE.step };
}

/** The members of an offer that follow from its throughput and from the container or database it belongs to. */
export function offerBody(
  throughput: Throughput,
  highestEver: number,
  owner: { self: string; rid: string },
): JsonObject {
  return {
    resource: owner.self,
    offerResourceId: owner.rid,
    offerType: 'Invalid',
    offerVersion: 'V2',
    content: offerContent(throughput, highestEver),
  };
}

/** The most request units a second that may be spent. */
export function maxRequestUnitsOf(throughput: Throughput): number {
  return throughput.kind === 'manual' ? throughput.requestUnits : throughput.maxRequestUnits;
}

export function physicalPartitionCount(throughput: Throughput): number {
  return Math.max(1, Math.ceil(maxRequestUnitsOf(throughput) / REQUEST_UNITS_PER_PHYSICAL_PARTITION[throughput.kind]));
}

function offerContent(throughput: Throughput, highestEver: number): JsonObject {
  const common = {
    offerIsRUPerMinuteThroughputEnabled: false,
    offerMinimumThroughputParameters: { maxThroughputEverProvisioned: highestEver, maxConsumedStorageEverInKB: 0 },
  };
  if (throughput.kind === 'manual') return { offerThroughput: throughput.requestUnits, ...common };
  const { maxRequestUnits: maxThroughput, upgradePercent } = throughput;
  const settings = { tier: 0, maximumTierThroughput: 0, autoUpgrade: false, maxThroughput };
  const upgrade =
    upgradePercent === undefined
      ? {}
      : { autoUpgradePolicy: { throughputPolicy: { incrementPercent: upgradePercent } } };
  return {
    offerThroughput: maxThroughput / 10, // what an idle autoscale container is scaled to
    ...common,
    offerAutopilotSettings: { ...settings, ...upgrade },
  };
}

function manual(value: unknown): Throughput {
  if (isWithin(value, MANUAL)) return { kind: 'manual', requestUnits: value };
  throw new CosmosError(
    'BadRequest',
    `The offer should have valid throughput values between ${MANUAL.min} and ${MANUAL.max} inclusive in increments of ${MANUAL.step}.`,
  );
}

function autoscale(settings: JsonObject): Throughput {
  const { maxThroughput } = settings;
  const upgradePercent = readOptional(settings.autoUpgradePolicy, 'autoUpgradePolicy', readUpgradePercent);
  if (isWithin(maxThroughput, AUTOSCALE)) {
    return withoutUndefined<Throughput>({ kind: 'autoscale', maxRequestUnits: maxThroughput, upgradePercent });
  }
  throw new CosmosError(
    'BadRequest',
    `The offer should have valid autoscale max throughput values between ${AUTOSCALE.min} and ${AUTOSCALE.max} inclusive in increments of ${AUTOSCALE.step}.`,
  );
}

function isWithin(value: unknown, { min, max, step }: typeof MANUAL): value is number {
  return typeof value === 'number' && value >= min && value <= max && value % step === 0;
}

function parseSettings(text: string): JsonObject {
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch {
    // rejected below, like any other text that is not a JSON object
  }
  if (isJsonObject(settings)) return settings;
  throw new CosmosError('BadRequest', 'The autopilot settings are not a JSON object');
}

function readUpgradePercent(value: unknown, name: string): number {
  const policy = readObject(readObject(value, name).throughputPolicy, `${name}.throughputPolicy`);
  return readInteger(policy.incrementPercent, `${name}.throughputPolicy.incrementPercent`, { min: 0, max: 100 });
}
