// What the figures of docs/operations.md rest on: charges measured against the local server, real-looking chat ids through the
// service's own hash, requests shared out among chats by Zipf's law. `npm run simulate:scale`; the same seed gives the same figures.
import { seededRandomness } from '@lazurite/runtime';
import { chatId, zipfShares } from './support/chat-activity.ts';
import { type Charges, measureCharges } from './support/measured-charges.ts';
import { MAX_RU_PER_PARTITION, positionOf, simulateHeat } from './support/partition-heat.ts';
import { monthlyCost } from './support/prices.ts';

const CHATS = Number(process.env.CHATS ?? 1_000_000);
const SEED = Number(process.env.SEED ?? 20_261_123);
const RATES = [100, 10_000, 1_000_000];
const EXPONENTS = [0, 0.5, 0.8, 1];
const UTILISATIONS = [0.5, 0.7, 0.9];
/** What is asked of a thousand requests: an operation is created, moved on three times, and polled by its client meanwhile. */
const MIX: Readonly<Record<keyof Charges, number>> = {
  create: 100,
  get: 540,
  update: 300,
  list20: 50,
  count: 5,
  delete: 5,
};
/** Of one chat: what an app that limits each chat lets through. */
const MAX_PER_CHAT = 200;
const GB = 1024 ** 3;
const LOGICAL_PARTITION_BYTES = 20 * GB;
const PHYSICAL_PARTITION_BYTES = 50 * GB;

const random = seededRandomness(SEED);
const charges = await measureCharges({ changes: true });
const chargesWithoutChanges = await measureCharges({ changes: false });
const thousand = Object.values(MIX).reduce((sum, share) => sum + share, 0);
const charge = chargeOfMix(charges);

console.log(`\nRequest units of each request, an operation of ${charges.itemBytes} bytes as it is stored`);
console.table({ 'changes recorded': charges, 'CHANGE_NOTIFICATIONS=off': chargesWithoutChanges });
console.log(
  `A request of the mix ${JSON.stringify(MIX)}: ${charge.toFixed(2)} RU, or ${chargeOfMix(chargesWithoutChanges).toFixed(2)}`,
);
sizes();
const positions = Float64Array.from({ length: CHATS }, () => positionOf(chatId(random)));
demand();
heat(0);
heat(MAX_PER_CHAT);

function chargeOfMix(of: Charges): number {
  const names = Object.keys(MIX) as (keyof Charges)[]; // of the constant above
  return names.reduce((sum, name) => sum + (MIX[name] / thousand) * of[name], 0);
}

function sizes(): void {
  console.log('\nOne chat is one logical partition');
  console.table({
    'operations in 20 GB': Math.floor(LOGICAL_PARTITION_BYTES / charges.itemBytes).toLocaleString('en'),
    'creates a second in 10,000 RU/s': Math.floor(MAX_RU_PER_PARTITION / charges.create),
    'reads a second in 10,000 RU/s': Math.floor(MAX_RU_PER_PARTITION / charges.get),
    'updates a second in 10,000 RU/s': Math.floor(MAX_RU_PER_PARTITION / charges.update),
    'requests of the mix a second in 10,000 RU/s': Math.floor(MAX_RU_PER_PARTITION / charge),
  });
}

function demand(): void {
  console.log(
    '\nDemand, provisioned for 70 % use, and what it costs a month (list prices to be checked: bench/support/prices.ts)',
  );
  console.table(
    RATES.map((rate) => {
      const ruPerSecond = rate * charge;
      const provisioned = Math.ceil(ruPerSecond / 0.7 / 1_000) * 1_000;
      const bytesPerDay = (rate * MIX.create * charges.itemBytes * 86_400) / thousand;
      const cost = monthlyCost({ operationsPerSecond: rate, ruPerSecond, provisioned, gbPerDay: bytesPerDay / GB });
      return {
        'requests/s': rate.toLocaleString('en'),
        'RU/s used': Math.ceil(ruPerSecond).toLocaleString('en'),
        'RU/s provisioned': provisioned.toLocaleString('en'),
        'partitions for RU': Math.ceil(provisioned / MAX_RU_PER_PARTITION),
        'GB a day': Math.round(bytesPerDay / GB).toLocaleString('en'),
        'days in them': Math.floor(
          (Math.ceil(provisioned / MAX_RU_PER_PARTITION) * PHYSICAL_PARTITION_BYTES) / bytesPerDay,
        ),
        ...Object.fromEntries(
          Object.entries(cost).map(([name, dollars]) => [name, `$${Math.round(dollars).toLocaleString('en')}`]),
        ),
      };
    }),
  );
}

/** @param maxPerChat requests a second; 0: as many as come */
function heat(maxPerChat: number): void {
  console.log(
    `\n${CHATS.toLocaleString('en')} chats, ${maxPerChat === 0 ? 'no limit to a chat' : `each limited to ${maxPerChat} requests a second`}; % of requests answered 429 at each use of what is provisioned`,
  );
  console.table(RATES.flatMap((rate) => EXPONENTS.map((exponent) => heatRow(rate, exponent, maxPerChat))));
}

function heatRow(operationsPerSecond: number, exponent: number, maxPerChat: number) {
  const shares = zipfShares(CHATS, exponent, maxPerChat === 0 ? 1 : maxPerChat / operationsPerSecond);
  const results = UTILISATIONS.map((utilisation) =>
    simulateHeat(shares, positions, { operationsPerSecond, charge, utilisation }, random),
  );
  const middle = results[1];
  return {
    'requests/s': operationsPerSecond.toLocaleString('en'),
    exponent,
    'busiest chat, requests/s': Number(((shares[0] ?? 0) * operationsPerSecond).toPrecision(3)),
    partitions: middle?.partitions,
    'hottest ÷ even': middle?.hottestPartition.toFixed(2),
    ...Object.fromEntries(
      results.map(({ throttledPercent }, index) => [
        `at ${(UTILISATIONS[index] ?? 0) * 100} %`,
        throttledPercent.toFixed(2),
      ]),
    ),
  };
}
