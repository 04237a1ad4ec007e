import type { ChangeFeedStartFrom, Container } from '@azure/cosmos';
import type { ChangeFeed, FeedRange, StartFrom } from './change-feed.ts';

export interface SdkChangeFeedOptions {
  readonly container: Container;
  /** The maximum page size; undefined: the service's default. */
  readonly maxItems: number | undefined;
}

/** The service's default. */
const SERVICE_PAGE_SIZE = 100;

/** The change feed through the SDK's pull model, latest versions only. */
export async function openChangeFeed({ container, maxItems }: SdkChangeFeedOptions): Promise<ChangeFeed> {
  const sdk = await import('@azure/cosmos');
  /** The SDK accepts only ranges of its own class, which it does not export; a stored lease holds a plain object. */
  const ownRanges = new Map<string, FeedRange>();

  function ownRange(range: FeedRange): FeedRange {
    return ownRanges.get(keyOf(range)) ?? range;
  }

  function startOf(range: FeedRange, from: Parameters<ChangeFeed['read']>[1]): ChangeFeedStartFrom {
    if (typeof from === 'object' && 'continuation' in from)
      return sdk.ChangeFeedStartFrom.Continuation(from.continuation);
    return startWithout(ownRange(range), from);
  }

  function startWithout(range: FeedRange, from: StartFrom): ChangeFeedStartFrom {
    if (from === 'now') return sdk.ChangeFeedStartFrom.Now(range);
    if (from === 'beginning') return sdk.ChangeFeedStartFrom.Beginning(range);
    return sdk.ChangeFeedStartFrom.Time(from.time, range);
  }

  return {
    async ranges() {
      const ranges = await container.getFeedRanges();
      for (const range of ranges) ownRanges.set(keyOf(range), range);
      return ranges;
    },
    async read(range, from) {
      const options = {
        changeFeedStartFrom: startOf(range, from),
        ...(maxItems !== undefined && { maxItemCount: maxItems }),
      };
      const { result: items = [], continuationToken } = await container.items
        .getChangeFeedIterator<object>(options)
        .readNext();
      return { items, continuation: continuationToken, isFull: items.length >= (maxItems ?? SERVICE_PAGE_SIZE) };
    },
  };
}

function keyOf({ minInclusive, maxExclusive }: FeedRange): string {
  return `${minInclusive}-${maxExclusive}`;
}
