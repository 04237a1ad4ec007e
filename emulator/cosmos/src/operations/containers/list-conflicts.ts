import type { Container } from '../../account/account.ts';
import { type ResourceFeed, toFeedJson } from '../feed.ts';
import { METADATA_RANGE, type OperationResult } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';

/** Always empty: conflicts come from writes in several regions, and this account has one. */
export function listConflicts(container: Container): OperationResult {
  const { parentRid, name, resources } = conflictsFeed(container);
  const body = toFeedJson(parentRid, name, resources);
  return { status: 200, body, charge: METADATA_CHARGE.list, container, range: METADATA_RANGE, itemCount: 0 };
}

export function conflictsFeed({ rid }: Container): ResourceFeed {
  return { parentRid: rid, name: 'Conflicts', resources: [] };
}
