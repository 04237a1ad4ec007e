import { type ChangeFeedIteratorResponse, ChangeFeedStartFrom, type Container } from '@azure/cosmos';
import type { ChangeLog, ChangePage } from '../../domain/notifications/change-log.ts';
import type { SubscribedResource } from '../../domain/notifications/subscription.ts';
import { CONTAINERS } from '../containers.ts';
import { type CosmosAdapterOptions, containerCalls } from '../cosmos-client.ts';
import { changesAmong } from '../operations/change-document.ts';

type Page = ChangeFeedIteratorResponse<unknown[]>;

/**
 * The records of changes, read from the change feed of the operations: of one chat's partition, or of all. A place is the
 * SDK's continuation token, which outlives splits of physical partitions.
 */
export function createCosmosChangeLog(options: CosmosAdapterOptions): ChangeLog {
  const call = containerCalls(options, CONTAINERS.operations);
  return {
    end: (watched) => call(async ({ container }) => cursorOf(await readPage(container, fromNow(watched), 1))),
    read: (watched, place, limit) =>
      call(async ({ container }) => toPage(await readOn(container, { watched, place, limit }))),
  };
}

interface Reading {
  readonly watched: SubscribedResource;
  readonly place: string;
  readonly limit: number;
}

/** A place is of one container. Of one that was made anew, or restored, everything is still to be read. */
async function readOn(container: Container, { watched, place, limit }: Reading): Promise<Page> {
  try {
    return await readPage(container, ChangeFeedStartFrom.Continuation(place), limit);
  } catch (error) {
    if (!(error instanceof Error && OF_ANOTHER_CONTAINER.test(error.message))) throw error;
    const from =
      watched.kind === 'all' ? ChangeFeedStartFrom.Beginning() : ChangeFeedStartFrom.Beginning(watched.chatId);
    return readPage(container, from, limit);
  }
}

/** The SDK compares the ids itself, and says so in words only (`ChangeFeedForPartitionKey`, `ChangeFeedForEpkRange`). */
const OF_ANOTHER_CONTAINER = /continuation.* is not for the current container definition/;

function fromNow(watched: SubscribedResource): ChangeFeedStartFrom {
  return watched.kind === 'all' ? ChangeFeedStartFrom.Now() : ChangeFeedStartFrom.Now(watched.chatId);
}

function readPage(container: Container, from: ChangeFeedStartFrom, maxItemCount: number): Promise<Page> {
  return container.items.getChangeFeedIterator<unknown[]>({ changeFeedStartFrom: from, maxItemCount }).readNext();
}

/**
 * A page holds whole transactions, which can exceed the limit. Not its changes: a transaction that is more than one item
 * holds something else beside its change.
 */
function toPage(page: Page): ChangePage {
  return { changes: changesAmong(page.result ?? []), next: cursorOf(page), hasMore: page.statusCode === OK };
}

/** An empty feed answers 304. */
const OK = 200;

function cursorOf({ continuationToken }: Page): string {
  return continuationToken;
}
