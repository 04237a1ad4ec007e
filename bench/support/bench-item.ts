/** An item of about `bytes` bytes of JSON; the properties of item `n` follow from n. */
export function benchItem(n: number, bytes: number) {
  const item = {
    id: `item-${n}`,
    pk: `partition-${n % 1000}`,
    // Odd factors below 2^32 shuffle: every value once, in no order.
    unique: Math.imul(n, 2_654_435_761) >>> 0,
    rank: Math.imul(n, 2_246_822_519) >>> 0,
    group: `group-${n % 100}`,
    price: (n % 10_000) / 100,
    plain: n % 1_000,
    isActive: n % 2 === 0,
    text: '',
  };
  return { ...item, text: 'x'.repeat(Math.max(0, bytes - JSON.stringify(item).length - SYSTEM_BYTES)) };
}

/** What the server adds to an item. */
const SYSTEM_BYTES = 195;
