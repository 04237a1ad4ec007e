import type {
  ChangeMessage,
  NotificationFormat,
  ResourceData,
} from '../../domain/notifications/notification-format.ts';
import type { ChangeType, OperationChange } from '../../domain/notifications/operation-change.ts';
import type { Subscription } from '../../domain/notifications/subscription.ts';
import { ownerOf } from '../../domain/teams/operations-owner.ts';
import { guidOf } from '../guid-of.ts';
import { doubleQuotes } from '../request/address.ts';

/** Graph's `changeNotificationCollection`, or CloudEvents 1.0 for subscriptions that ask for them. */
export const notificationFormat: NotificationFormat = {
  ofChanges: (subscription, changes, data = null) =>
    subscription.format === 'graph'
      ? [toCollection(subscription, changes, data)]
      : changes.map((it) => toEvent(subscription, it, data)),
  ofLifecycle: (subscription, lifecycleEvent) => ({
    contentType: JSON_TYPE,
    body: JSON.stringify({ value: [{ ...commonProperties(subscription), lifecycleEvent }] }),
  }),
};

const JSON_TYPE = 'application/json; charset=utf-8';

function toCollection(
  subscription: Subscription,
  changes: readonly OperationChange[],
  data: ResourceData | null,
): ChangeMessage {
  const value = changes.map((change) => toNotification(subscription, change, data));
  return { contentType: JSON_TYPE, body: JSON.stringify({ value, ...toValidation(data) }), changes };
}

/** One event a request: batches need a content type that not every receiver of CloudEvents knows. */
function toEvent(
  subscription: Subscription,
  change: OperationChange,
  resourceData: ResourceData | null,
): ChangeMessage {
  const data = { ...toNotification(subscription, change, resourceData), ...toValidation(resourceData) };
  const { tenantId, applicationId } = subscription.owner;
  const event = toCloudEvent(change, {
    id: data.id,
    source: `/tenants/${tenantId ?? ''}/applications/${applicationId ?? ''}`,
    data,
  });
  return { contentType: 'application/cloudevents+json; charset=utf-8', body: JSON.stringify(event), changes: [change] };
}

/** Graph's `changeNotification`; its id tells a receiver what was sent twice. */
function toNotification(subscription: Subscription, change: OperationChange, data: ResourceData | null) {
  const encryptedContent = data?.contents.get(change.id);
  return {
    id: notificationId(subscription, change),
    ...commonProperties(subscription),
    changeType: change.changeType,
    ...resourceProperties(change),
    ...(encryptedContent && { encryptedContent }),
  };
}

function toValidation(data: ResourceData | null) {
  return data && { validationTokens: data.validationTokens };
}

function commonProperties({ id, expirationDateTime, clientState, owner }: Subscription) {
  return {
    subscriptionId: id,
    subscriptionExpirationDateTime: expirationDateTime,
    ...(clientState !== null && { clientState }),
    ...(owner.tenantId !== null && { tenantId: owner.tenantId }),
  };
}

/** What a change is of, without a word of what is in it. */
export function resourceProperties(change: OperationChange) {
  const resource = resourceOf(change);
  const resourceData = {
    '@odata.type': '#Microsoft.Graph.teamsAsyncOperation',
    '@odata.id': resource,
    id: change.operationId,
  };
  return { resource, resourceData };
}

/** @example resourceOf({ chatId: '19:x', operationId: '7' }) // "chats('19:x')/operations('7')" */
function resourceOf({ chatId, operationId }: Pick<OperationChange, 'chatId' | 'operationId'>): string {
  const { set, id } = ownerOf(chatId);
  return `${set}('${doubleQuotes(id)}')/operations('${doubleQuotes(operationId)}')`;
}

/** The same whenever the change is sent to the subscription. */
function notificationId(subscription: Subscription, change: OperationChange): string {
  return guidOf(JSON.stringify([subscription.id, change.id]));
}

interface EventContext {
  /** Unique for the source. */
  readonly id: string;
  readonly source: string;
  readonly data: unknown;
}

export interface CloudEvent extends EventContext {
  readonly specversion: '1.0';
  readonly type: string;
  readonly subject: string;
  /** DateTimeOffset in UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
}

/** CloudEvents 1.0 in structured mode, typed as Graph types those it sends to Event Grid. */
export function toCloudEvent(change: OperationChange, { id, source, data }: EventContext): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source,
    type: `Microsoft.Graph.TeamsAsyncOperation${SUFFIXES[change.changeType]}`,
    subject: resourceOf(change),
    time: change.changedDateTime,
    datacontenttype: 'application/json',
    data,
  };
}

const SUFFIXES: Readonly<Record<ChangeType, string>> = { created: 'Created', updated: 'Updated', deleted: 'Deleted' };
