/** How a trigger is served here. */
export type TriggerSupport =
  /** By a listener, a webhook or a request. */
  | { readonly kind: 'fires' }
  /** Its events come from a service that does not exist here. */
  | { readonly kind: 'by-hand'; readonly service: string }
  /** A type that this host has never heard of. */
  | { readonly kind: 'unknown' };

const FIRES = [
  'httpTrigger',
  'timerTrigger',
  'queueTrigger',
  'blobTrigger',
  'cosmosDBTrigger',
  'eventGridTrigger',
  'warmupTrigger',
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
  mcpToolTrigger: 'Model Context Protocol',
  mcpResourceTrigger: 'Model Context Protocol',
  mcpPromptTrigger: 'Model Context Protocol',
} as const;

const SUPPORT: ReadonlyMap<string, TriggerSupport> = new Map<string, TriggerSupport>([
  ...FIRES.map((type) => [type.toLowerCase(), { kind: 'fires' }] as const),
  ...Object.entries(BY_HAND).map(([type, service]) => [type.toLowerCase(), { kind: 'by-hand', service }] as const),
]);

/** All that is known, by type as Azure spells it; for documentation. */
export const KNOWN_TRIGGERS: readonly { readonly type: string; readonly service: string | null }[] = [
  ...FIRES.map((type) => ({ type, service: null })),
  ...Object.entries(BY_HAND).map(([type, service]) => ({ type, service })),
];

/** @param type in any case, as the app registered it */
export function triggerSupport(type: string): TriggerSupport {
  return SUPPORT.get(type.toLowerCase()) ?? { kind: 'unknown' };
}
