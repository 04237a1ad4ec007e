/** How this host supports a trigger. */
export type TriggerSupport =
  /** A listener, a webhook or a request calls the function. */
  | { readonly kind: 'fires' }
  /** Its events come from a service that is not emulated. */
  | { readonly kind: 'by-hand'; readonly service: string }
  /** The host does not know the type. */
  | { readonly kind: 'unknown' };

const FIRES = [
  'httpTrigger',
  'timerTrigger',
  'queueTrigger',
  'blobTrigger',
  'cosmosDBTrigger',
  'eventGridTrigger',
  'warmupTrigger',
  'mcpToolTrigger',
  'mcpResourceTrigger',
  'mcpPromptTrigger',
] as const;

const BY_HAND = {
  serviceBusTrigger: 'Service Bus',
  eventHubTrigger: 'Event Hubs',
  sqlTrigger: 'Azure SQL',
  mysqlTrigger: 'Azure Database for MySQL',
  orchestrationTrigger: 'Durable Functions',
  activityTrigger: 'Durable Functions',
  entityTrigger: 'Durable Functions',
  kafkaTrigger: 'Kafka',
  rabbitMQTrigger: 'RabbitMQ',
  signalRTrigger: 'SignalR Service',
  webPubSubTrigger: 'Web PubSub',
  daprServiceInvocationTrigger: 'Dapr',
  daprTopicTrigger: 'Dapr',
  daprBindingTrigger: 'Dapr',
} as const;

const SUPPORT: ReadonlyMap<string, TriggerSupport> = new Map<string, TriggerSupport>([
  ...FIRES.map((type) => [type.toLowerCase(), { kind: 'fires' }] as const),
  ...Object.entries(BY_HAND).map(([type, service]) => [type.toLowerCase(), { kind: 'by-hand', service }] as const),
]);

/** All known triggers, by type as Azure spells it; for documentation. */
export const KNOWN_TRIGGERS: readonly { readonly type: string; readonly service: string | null }[] = [
  ...FIRES.map((type) => ({ type, service: null })),
  ...Object.entries(BY_HAND).map(([type, service]) => ({ type, service })),
];

/** @param type in any case, as the app registered it */
export function triggerSupport(type: string): TriggerSupport {
  return SUPPORT.get(type.toLowerCase()) ?? { kind: 'unknown' };
}
