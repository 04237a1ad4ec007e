import { CosmosError } from '../model/errors.ts';

/** Which part of a feed is asked for. */
export interface FeedPage {
  /** At most this many; always positive. */
  readonly maxItemCount: number;
  /** What the page before gave; absent: from the start. */
  readonly continuation?: string;
}

/** A page of a short list, continued by position: a resource's rid, after which it goes on. */
export function takePage<T extends { readonly rid: string }>(
  all: readonly T[],
  { maxItemCount, continuation }: FeedPage,
): { taken: readonly T[]; continuation: { continuation?: string } } {
  const start = continuation === undefined ? 0 : all.findIndex(({ rid }) => rid === continuation) + 1;
  if (continuation !== undefined && start === 0) throw invalidContinuation();
  const taken = all.slice(start, start + maxItemCount);
  const last = taken.at(-1);
  return { taken, continuation: last && start + taken.length < all.length ? { continuation: last.rid } : {} };
}

export function invalidContinuation(): CosmosError {
  return new CosmosError('BadRequest', 'Invalid Continuation Token');
}
