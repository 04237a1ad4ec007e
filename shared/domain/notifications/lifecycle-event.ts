/** What can happen to a subscription, as Graph's `lifecycleEvent` names it. */
export const LIFECYCLE_EVENTS = ['reauthorizationRequired', 'subscriptionRemoved', 'missed'] as const;

export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];
