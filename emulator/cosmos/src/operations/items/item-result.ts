import type { Container } from '../../account/container.ts';
import type { StoredItem } from '../../store/store.ts';
import type { OperationResult } from '../result.ts';

/** What an operation on one item answers. */
export type ItemResult = OperationResult & {
  readonly body?: string;
  readonly container: Container;
  readonly range: number;
};

export function toItemResult(status: 200 | 201, container: Container, item: StoredItem, charge: number): ItemResult {
  return { status, body: item.body, etag: item.etag, charge, container, range: item.range, itemLsn: item.lsn };
}
