import type { Account } from '../../account/account.ts';
import { type FeedPage, type ResourceFeed, takePage, toFeedJson } from '../feed.ts';
import type { OperationResult } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';
import { toContainerJson } from './read-container.ts';

/** @throws CosmosError NotFound for the database */
export function listContainers(account: Account, databaseName: string, page: FeedPage): OperationResult {
  const database = account.catalog.database(databaseName);
  const { taken, continuation } = takePage(account.catalog.containers(database), page);
  const body = toFeedJson(
    database.rid,
    'DocumentCollections',
    taken.map((one) => toContainerJson(one)),
  );
  return { status: 200, body, charge: METADATA_CHARGE.list, itemCount: taken.length, ...continuation };
}

/** @throws CosmosError NotFound for the database */
export function containersFeed({ catalog }: Account, databaseName: string): ResourceFeed {
  const database = catalog.database(databaseName);
  const resources = catalog.containers(database).map((one) => toContainerJson(one));
  return { parentRid: database.rid, name: 'DocumentCollections', resources };
}
