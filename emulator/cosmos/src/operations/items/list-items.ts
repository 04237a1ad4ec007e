import type { Account, Container } from '../../account/account.ts';
import type { ItemSelection, StoredItem } from '../../store/store.ts';
import { type FeedPage, type FeedScope, invalidContinuation, isSelected, selectFeed, toFeedJson } from '../feed.ts';
import type { OperationResult } from '../result.ts';
import { feedCharge } from '../throughput/request-charge.ts';
import { isExpired } from './item-transaction.ts';

export interface ListItemsInput extends FeedPage {
  readonly scope: FeedScope;
}

/** The items in the order in which they were created, one physical partition after the other. */
export function listItems(account: Account, container: Container, input: ListItemsInput): OperationResult {
  const { items, continuation } = collect(account, container, input);
  const body = toFeedJson(
    container.rid,
    'Documents',
    items.map(({ body }) => body),
  );
  const sizeInBytes = items.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  const charge = feedCharge({ items: items.length, sizeInBytes });
  const result: OperationResult = { status: 200, body, charge, container, itemCount: items.length };
  return continuation === undefined ? result : { ...result, continuation };
}

/** Where a page has stopped: after the item with this number, in this physical partition. */
interface Position {
  readonly range: number;
  readonly after: number;
}

function collect(
  account: Account,
  container: Container,
  input: ListItemsInput,
): { items: StoredItem[]; continuation?: string } {
  const { maxItemCount } = input;
  const items = [...itemsFrom(account, container, input).take(maxItemCount)];
  const last = items[maxItemCount - 1];
  // As in the service, a page that is full has a continuation, though nothing may follow.
  return last ? { items, continuation: `${last.range}:${last.number}` } : { items };
}

function* itemsFrom(account: Account, container: Container, input: ListItemsInput): Generator<StoredItem> {
  const selected = selectFeed(container, input.scope);
  const position = parsePosition(input.continuation);
  for (const selection of selected.selections) {
    if (position && selection.range < position.range) continue;
    const after = position?.range === selection.range ? position.after : 0;
    const items = liveItems(account, selection, { after, chunk: input.maxItemCount });
    yield* items.filter((item) => isSelected(item, selected));
  }
}

/** Reads in chunks, because a chunk may hold nothing but expired items. */
function* liveItems(
  { store, clock }: Account,
  selection: ItemSelection,
  { after, chunk }: { after: number; chunk: number },
): Generator<StoredItem> {
  const now = Math.floor(clock.now() / 1000);
  let rows = store.items.scan(selection, after, chunk);
  while (rows.length > 0) {
    yield* rows.filter((item) => !isExpired(item, now));
    const last = rows.at(-1);
    rows = last && rows.length === chunk ? store.items.scan(selection, last.number, chunk) : [];
  }
}

function parsePosition(continuation: string | undefined): Position | undefined {
  if (continuation === undefined) return undefined;
  const match = /^(\d{1,5}):(\d{1,15})$/.exec(continuation);
  if (!match) throw invalidContinuation();
  return { range: Number(match[1]), after: Number(match[2]) };
}
