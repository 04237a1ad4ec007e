import type { Container } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import type { LoggedChange, StoredItem } from '../../store/store.ts';

/** One write, as the change feed of all versions and deletes reports it. */
export interface ItemChange {
  /** The item before; absent: it was created. */
  readonly previous?: StoredItem;
  /** The item now; absent: it was deleted. */
  readonly current?: StoredItem;
  readonly lsn: number;
  /** Seconds since the Unix epoch. */
  readonly ts: number;
  /** Whether it was deleted because its time to live was over. */
  readonly expired?: boolean;
}

/**
 * Source of the form: "Change feed modes in Azure Cosmos DB", all versions and deletes; for deletes, whose metadata name
 * the item, Azure/azure-sdk-for-java pull request 43881.
 */
export function toLoggedChange(container: Container, item: StoredItem, change: ItemChange): LoggedChange {
  const { previous, current, lsn, ts } = change;
  const { range, epk, partitionKey } = item;
  const images = `"current":${current?.body ?? '{}'}${previous ? `,"previous":${previous.body}` : ''}`;
  const body = `{${images},"metadata":${JSON.stringify(metadataOf(container, item, change))}}`;
  return { container: container.number, range, epk, partitionKey, lsn, ts, body };
}

function metadataOf(container: Container, item: StoredItem, { previous, current, lsn, ts, expired }: ItemChange) {
  return {
    lsn,
    crts: ts,
    operationType: current ? (previous ? 'replace' : 'create') : 'delete',
    ...(previous && { previousImageLSN: previous.lsn }),
    ...(!current && { id: item.id, partitionKey: namedKey(container, item) }),
    ...(expired && { timeToLiveExpired: true }),
  };
}

/** The key with the name of each path; a missing component is left out. */
function namedKey({ definition }: Container, { partitionKey }: StoredItem): Record<string, JsonValue> {
  const components = JSON.parse(partitionKey) as JsonValue[]; // our own text
  const named = components.map(
    (value, index) => [definition.partitionKey.paths[index]?.slice(1) ?? '', value] as const,
  );
  return Object.fromEntries(named.filter(([, value]) => typeof value !== 'object' || value === null));
}

const SECONDS_PER_MINUTE = 60;

/** The time from which the feed of all versions and deletes keeps changes; both in seconds since the Unix epoch. */
export function startOfRetention({ definition }: Container, now: number): number {
  return now - (definition.changeFeedPolicy?.retentionDuration ?? 0) * SECONDS_PER_MINUTE;
}
