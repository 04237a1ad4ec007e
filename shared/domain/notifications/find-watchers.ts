import type { OperationChange } from './operation-change.ts';
import { ALL_SCOPE, isWatched, type SubscriptionKey, scopeOf } from './subscription.ts';
import type { WatcherDirectory } from './subscription-repository.ts';

/** The subscriptions that any of the changes concerns, each once. */
export async function findWatchers(
  changes: readonly OperationChange[],
  directory: WatcherDirectory,
): Promise<readonly SubscriptionKey[]> {
  if (changes.length === 0) return [];
  const byScope = Map.groupBy(changes, ({ chatId }) => scopeOf({ kind: 'chat', chatId }));
  const found = [...byScope.set(ALL_SCOPE, [...changes])].map(([scope, concerned]) =>
    findWatchersOf(scope, concerned, directory),
  );
  return (await Promise.all(found)).flat();
}

async function findWatchersOf(
  scope: string,
  changes: readonly OperationChange[],
  directory: WatcherDirectory,
): Promise<SubscriptionKey[]> {
  const keys: SubscriptionKey[] = [];
  for await (const page of directory.watchersOf(scope))
    for (const watcher of page) if (changes.some((change) => isWatched(watcher, change))) keys.push(watcher.key);
  return keys;
}
