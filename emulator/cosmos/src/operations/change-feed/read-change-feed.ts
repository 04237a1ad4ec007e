import { type Account, type Container, nowInSeconds } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import {
  type ChangeFeedRequest,
  type ChangeFeedStart,
  formatChangeFeedEtag,
  invalidChangeFeedEtag,
  outsideOfRetention,
} from '../../model/requests/change-feed-request.ts';
import type { ItemSelection } from '../../store/store.ts';
import { type FeedScope, type FeedSelection, selectFeed } from '../feed.ts';
import { startOfRetention } from '../items/change-log.ts';
import { sweepAllExpiredItems } from '../items/sweep-expired-items.ts';
import type { OperationResult } from '../result.ts';
import { feedCharge } from '../throughput/request-charge.ts';
import { ChangePage, type ChangeSource } from './change-page.ts';

export interface ReadChangeFeedInput extends ChangeFeedRequest {
  readonly scope: FeedScope;
  /** At most this many, unless more have one LSN. */
  readonly maxItemCount: number;
}

/**
 * A page of the change feed: 200 with changes in the order of their LSNs, or 304 when there is nothing new. Either has
 * the etag that continues it, with one LSN for each physical partition in the scope.
 *
 * @throws CosmosError BadRequest for an etag that this feed has not given, and for all versions of a container that does
 *   not keep them or no longer keeps these
 */
export async function readChangeFeed(
  account: Account,
  container: Container,
  input: ReadChangeFeedInput,
): Promise<OperationResult> {
  const selected = selectFeed(container, input.scope);
  if (input.mode === 'allVersionsAndDeletes') {
    if (!container.keepsAllVersions) throw noChangeFeedPolicy();
    await sweepAllExpiredItems(account); // an expired item is a delete of this feed
  }
  // Nothing is awaited from here on, so that no write can happen in between.
  const positions = startingPositions(account, container, { selected, start: input.start });
  if (input.mode === 'allVersionsAndDeletes') assertRetained(account, container, positions);
  const page = new ChangePage(input.maxItemCount, { withLsn: input.mode === 'latestVersion' });
  const { partitionKey } = selected;
  const reached = fillPage(page, positions, (selection) =>
    sourceOf(account, container, { input, selection: { ...selection, ...(partitionKey && { partitionKey }) } }),
  );
  return toResult(container, page, { positions, reached });
}

/** Where reading of one physical partition stands. */
interface Position {
  readonly selection: ItemSelection;
  /** The last LSN that was read. */
  readonly lsn: number;
  /** The last LSN there is. */
  readonly end: number;
}

function startingPositions(
  { store }: Account,
  { lsnCounters }: Container,
  { selected, start }: { selected: FeedSelection; start: ChangeFeedStart },
): Position[] {
  const { selections } = selected;
  if (start.from === 'lsns' && start.lsns.length !== selections.length) throw invalidChangeFeedEtag();
  return selections.map((selection, index) => {
    const end = store.counters.current(lsnCounters[selection.range] ?? '');
    const lsn = start.from === 'now' ? end : start.from === 'lsns' ? (start.lsns[index] ?? 0) : 0;
    if (lsn > end) throw invalidChangeFeedEtag();
    return { selection, lsn, end };
  });
}

/** Every LSN of a container with all versions has an entry, so a gap behind the position means that entries were pruned. */
function assertRetained(account: Account, container: Container, positions: readonly Position[]): void {
  const since = startOfRetention(container, nowInSeconds(account));
  for (const { selection, lsn, end } of positions) {
    if (lsn === end) continue;
    const first = account.store.changeLog.firstLsn(selection, since);
    if (first === undefined || lsn + 1 < first) throw outsideOfRetention();
  }
}

/**
 * Fills the page from all physical partitions, beginning with the one furthest behind, so that each makes progress.
 *
 * @returns the new LSN of each position
 */
function fillPage(
  page: ChangePage,
  positions: readonly Position[],
  sourceFor: (selection: ItemSelection) => ChangeSource,
): number[] {
  const reached = positions.map(({ lsn }) => lsn);
  const inTurn = [...positions.entries()].sort(([, left], [, right]) => left.lsn - right.lsn);
  for (const [turn, [index, { selection, lsn, end }]] of inTurn.entries()) {
    if (page.isFull) break;
    const share = Math.ceil(page.room / (inTurn.length - turn));
    reached[index] = lsn === end ? end : (page.fill(sourceFor(selection), lsn, share) ?? end);
  }
  return reached;
}

interface Reading {
  readonly input: ReadChangeFeedInput;
  readonly selection: ItemSelection & { readonly partitionKey?: string };
}

function sourceOf({ store, clock }: Account, container: Container, { input, selection }: Reading): ChangeSource {
  const now = Math.floor(clock.now() / 1000);
  if (input.mode === 'allVersionsAndDeletes') {
    const retained = { ...selection, since: startOfRetention(container, now) };
    return (after, limit) => store.changeLog.read(retained, after, limit);
  }
  const { start } = input;
  const living = { ...selection, now, since: start.from === 'time' ? Math.ceil(start.time / 1000) : 0 };
  return (after, limit) => store.items.changes(living, after, limit);
}

function toResult(
  container: Container,
  page: ChangePage,
  { positions, reached }: { positions: readonly Position[]; reached: readonly number[] },
): OperationResult {
  const [only] = positions;
  const { count, sizeInBytes } = page;
  const common = {
    etag: formatChangeFeedEtag(reached),
    charge: feedCharge({ items: count, sizeInBytes }),
    itemCount: count,
    container,
    ...(only && positions.length === 1 && { range: only.selection.range }),
  };
  return count === 0 ? { status: 304, ...common } : { status: 200, body: page.toBody(container.rid), ...common };
}

function noChangeFeedPolicy(): CosmosError {
  return new CosmosError(
    'BadRequest',
    'The container keeps no versions: the change feed of all versions and deletes needs a changeFeedPolicy with a retentionDuration',
  );
}
