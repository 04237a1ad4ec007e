import { CHANGE_TYPES, type OperationChange } from '../../domain/notifications/operation-change.ts';

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

const CHANGE_KIND = 'change';
/** No operation has an id that begins with $. */
const ID_PREFIX = '$change-';
/** Far longer than anybody tries to deliver what an endpoint does not take. */
const KEPT_SECONDS = 7 * 24 * 60 * 60;

export function toChangeDocument(change: OperationChange): ChangeDocument {
  return { id: ID_PREFIX + change.id, chatId: change.chatId, kind: CHANGE_KIND, change, ttl: KEPT_SECONDS };
}

/**
 * The changes among the items of chats, in their order. An item that claims to be one and cannot be (of another version, or
 * written by hand) is passed over, so that it never stops those beside it.
 *
 * @param onMalformed gets the id of each item that was passed over
 */
export function changesAmong(
  items: readonly unknown[],
  onMalformed: (id: string) => void = () => undefined,
): readonly OperationChange[] {
  return items.filter(isChangeDocument).flatMap(({ id, change }) => {
    if (isOperationChange(change)) return [change];
    onMalformed(String(id));
    return [];
  });
}

function isChangeDocument(item: unknown): item is { readonly id: unknown; readonly change: unknown } {
  return typeof item === 'object' && item !== null && 'kind' in item && item.kind === CHANGE_KIND;
}

const TEXTS = ['id', 'chatId', 'operationId', 'changedDateTime'] as const;

/** Whether it has what the delivery of a change needs. */
function isOperationChange(change: unknown): change is OperationChange {
  if (typeof change !== 'object' || change === null) return false;
  const given = change as Partial<Record<keyof OperationChange, unknown>>; // any object may have them
  return (
    TEXTS.every((name) => typeof given[name] === 'string') &&
    CHANGE_TYPES.some((known) => known === given.changeType) &&
    !Number.isNaN(Date.parse(String(given.changedDateTime)))
  );
}
