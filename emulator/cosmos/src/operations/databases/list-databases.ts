import type { Account } from '../../account/account.ts';
import { type FeedPage, type ResourceFeed, takePage, toFeedJson } from '../feed.ts';
import type { OperationResult } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';
import { toDatabaseJson } from './read-database.ts';

export function listDatabases(account: Account, page: FeedPage): OperationResult {
  const { taken, continuation } = takePage(account.store.resources.list('dbs', ''), page);
  const body = toFeedJson('', 'Databases', taken.map(toDatabaseJson));
  return { status: 200, body, charge: METADATA_CHARGE.list, itemCount: taken.length, ...continuation };
}

export function databasesFeed({ store }: Account): ResourceFeed {
  return { parentRid: '', name: 'Databases', resources: store.resources.list('dbs', '').map(toDatabaseJson) };
}
