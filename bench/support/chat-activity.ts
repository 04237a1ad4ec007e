import type { Randomness } from '@lazurite/runtime';

/** Ids as Teams gives them: https://learn.microsoft.com/graph/api/resources/chat. Half are of two people, the rest of groups and meetings. */
export function chatId(random: Randomness): string {
  const kind = random.fraction();
  if (kind < 0.5) return `19:${random.uuid()}_${random.uuid()}@unq.gbl.spaces`;
  if (kind < 0.8) return `19:${Buffer.from(random.bytes(16)).toString('hex')}@thread.v2`;
  return `19:meeting_${Buffer.from(random.bytes(36)).toString('base64')}@thread.v2`;
}

/**
 * How the requests are shared out among chats: the k-th busiest has a share in proportion to 1/k^exponent (Zipf), and none
 * more than `maxShare`. 0 is evenly; 1 is how words, visits and followers often are.
 */
export function zipfShares(chats: number, exponent: number, maxShare: number): Float64Array {
  const weights = Float64Array.from({ length: chats }, (_, index) => (index + 1) ** -exponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.min(weight / total, maxShare));
}

/** A number of arrivals in a second when `mean` are expected. Above 50 the normal distribution is as good. */
export function poisson(mean: number, random: Randomness): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.fraction(); product > limit; product *= random.fraction()) count += 1;
  return count;
}

/** Box–Muller. */
function normal(random: Randomness): number {
  return Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
}
