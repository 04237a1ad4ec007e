import type { Account } from '../../account/account.ts';
import { type FeedPage, takePage } from '../feed-page.ts';
import type { ResourceFeed } from '../query/query-resources.ts';
import { toFeedJson } from '../resource-json.ts';
import type { OperationResult } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/metadata-charge.ts';
import { toDatabaseJson } from './read-database.ts';

export function listDatabases(account: Account, page: FeedPage): OperationResult {
  const { taken, continuation } = takePage(account.store.resources.list('dbs', ''), page);
  const body = toFeedJson('', 'Databases', taken.map(toDatabaseJson));
  return { status: 200, body, charge: METADATA_CHARGE.list, itemCount: taken.length, ...continuation };
}

export function databasesFeed({ store }: Account): ResourceFeed {
  return { parentRid: '', name: 'Databases', resources: store.resources.list('dbs', '').map(toDatabaseJson) };
}
