import type { OperationChange } from '../../domain/notifications/operation-change.ts';

/** A change as an item beside the operation it is of. The change feed shows it once, for it is never written again. */
export interface ChangeDocument {
  readonly id: string;
  /** The partition key. */
  readonly chatId: string;
  readonly kind: typeof CHANGE_KIND;
  /** Excluded from the index. */
  readonly change: OperationChange;
  /** In seconds. */
  readonly ttl: number;
}

export const CHANGE_KIND = 'change';
/** No operation has an id that begins with $. */
const ID_PREFIX = '$change-';
/** Far longer than anybody tries to deliver what an endpoint does not take. */
const KEPT_SECONDS = 7 * 24 * 60 * 60;

export function toChangeDocument(change: OperationChange): ChangeDocument {
  return { id: ID_PREFIX + change.id, chatId: change.chatId, kind: CHANGE_KIND, change, ttl: KEPT_SECONDS };
}

/** The changes among the items of chats, in their order. */
export function changesAmong(items: readonly unknown[]): readonly OperationChange[] {
  return items.filter(isChangeDocument).map(({ change }) => change);
}

/** What is of this kind is ours, and written in one place. */
function isChangeDocument(item: unknown): item is ChangeDocument {
  return typeof item === 'object' && item !== null && 'kind' in item && item.kind === CHANGE_KIND;
}
