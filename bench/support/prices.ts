/**
 * List prices in US dollars for a region of the United States, as remembered in November 2026 and not looked up: check them at
 * https://azure.microsoft.com/pricing before you rely on a sum. Regions and agreements differ.
 */
export const PRICES = {
  serverlessPerMillionRu: 0.25,
  /** One region writes; each region that has a copy is paid for. */
  autoscalePer100RuHour: 0.012,
  /** Several regions write. */
  autoscaleMultiWritePer100RuHour: 0.016,
  dataPerGbMonth: 0.25,
  functionsPerMillionExecutions: 0.4,
  functionsPerGbSecond: 0.000026,
} as const;

export const HOURS_PER_MONTH = 730;
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;

export interface Monthly {
  readonly serverless: number;
  readonly autoscale: number;
  readonly twoRegions: number;
  readonly twoWriters: number;
  readonly functions: number;
  /** Of what thirty days leave behind, in one region, without its index. */
  readonly data: number;
}

export interface Demand {
  readonly operationsPerSecond: number;
  readonly ruPerSecond: number;
  readonly provisioned: number;
  readonly gbPerDay: number;
}

/** Of an instance that serves one request at a time: how long it is busy, and with how much memory. */
const EXECUTION_SECONDS = 0.02;
const INSTANCE_GB = 2;
/** How many requests an instance has in hand at once, so that they share its memory. */
const CONCURRENCY = 16;

/** Autoscale as if it stood at its maximum all day, which is the most it costs. */
export function monthlyCost({ operationsPerSecond, ruPerSecond, provisioned, gbPerDay }: Demand): Monthly {
  const hundreds = (provisioned / 100) * HOURS_PER_MONTH;
  const requests = operationsPerSecond * SECONDS_PER_MONTH;
  const gbSeconds = (requests * EXECUTION_SECONDS * INSTANCE_GB) / CONCURRENCY;
  return {
    serverless: ((ruPerSecond * SECONDS_PER_MONTH) / 1e6) * PRICES.serverlessPerMillionRu,
    autoscale: hundreds * PRICES.autoscalePer100RuHour,
    twoRegions: 2 * hundreds * PRICES.autoscalePer100RuHour,
    twoWriters: 2 * hundreds * PRICES.autoscaleMultiWritePer100RuHour,
    functions: (requests / 1e6) * PRICES.functionsPerMillionExecutions + gbSeconds * PRICES.functionsPerGbSecond,
    data: 30 * gbPerDay * PRICES.dataPerGbMonth,
  };
}
