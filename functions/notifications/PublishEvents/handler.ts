import type { InvocationContext } from '@azure/functions';
import type { OperationChange } from '../../../shared/domain/notifications/operation-change.ts';
import {
  type CloudEvent,
  resourceProperties,
  toCloudEvent,
} from '../../../shared/graph-http/response/notification-format.ts';

export interface PublishEventsDependencies {
  /** The changes among the items that the change feed shows, in their order. */
  changesAmong(items: readonly unknown[], onMalformed: (id: string) => void): readonly OperationChange[];
}

type Logger = Pick<InvocationContext, 'error'>;

/** Makes an event for the topic of each change, whoever has subscribed to it. The same of a change whenever it comes again. */
export function publishEventsHandler({ changesAmong }: PublishEventsDependencies) {
  return async (items: readonly unknown[], context: Logger): Promise<readonly CloudEvent[]> => {
    const onMalformed = (id: string) => context.error(`The item ${id} is no record of a change, and was passed over`);
    return changesAmong(items, onMalformed).map(toEvent);
  };
}

function toEvent(change: OperationChange): CloudEvent {
  const data = { changeType: change.changeType, ...resourceProperties(change) };
  return toCloudEvent(change, { id: change.id, source: '/teamsAsyncOperations', data });
}
