/**
 * Every app setting: what a deployment or a local run must, may or must not provide. `infra/` and docs/settings.md are
 * made from this table (`npm run infra:generate`), and readSettings() can read no name that is not in it.
 */
export const APP_SETTINGS = {
  COSMOS_CONNECTION: {
    purpose: 'The Cosmos DB account by key: `AccountEndpoint=<url>;AccountKey=<key>;`',
    values: 'a connection string',
    default: null,
    provider: 'local',
    secret: true,
  },
  COSMOS_CONNECTION__accountEndpoint: {
    purpose: 'The Cosmos DB account by identity: its address. Takes the place of `COSMOS_CONNECTION`',
    values: 'a URL',
    default: null,
    provider: 'cloud',
    secret: false,
  },
  COSMOS_CONNECTION__credential: {
    purpose: 'That the identity is one of Azure; without it whatever `DefaultAzureCredential` finds',
    values: ['managedidentity'],
    default: null,
    provider: 'cloud',
    secret: false,
  },
  COSMOS_CONNECTION__clientId: {
    purpose: 'Which user-assigned identity',
    values: 'a GUID',
    default: null,
    provider: 'cloud',
    secret: false,
  },
  PAGING_KEY: {
    purpose: 'Signs next links; the same in all instances. Needed with an identity, else it is made of the account key',
    values: 'at least 32 characters that nobody can guess',
    default: null,
    provider: 'cloud',
    secret: true,
  },
  COSMOS_DATABASE: {
    purpose: 'The database of all containers',
    values: 'a name',
    default: 'teams',
    provider: 'everywhere',
    secret: false,
  },
  COSMOS_CREATE_IF_MISSING: {
    purpose: 'Create the database and its containers where they are missing. What is deployed is provisioned',
    values: ['true', 'false'],
    default: 'false',
    provider: 'local',
    secret: false,
  },
  AUTH_ISSUER: {
    purpose: 'Who signs the tokens of callers: their `iss`, below which the discovery document is found',
    values: 'a URL',
    default: null,
    provider: 'everywhere',
    secret: false,
  },
  AUTH_AUDIENCE: {
    purpose: 'Whom the tokens must be for: their `aud`',
    values: 'a URI or a GUID',
    default: 'https://graph.microsoft.com',
    provider: 'everywhere',
    secret: false,
  },
  EVOLVABLE_ENUMS: {
    purpose: 'Whether later members of enumerations are hidden from clients that do not ask for them',
    values: ['lenient', 'strict'],
    default: 'lenient',
    provider: 'everywhere',
    secret: false,
  },
  CHANGE_NOTIFICATIONS: {
    purpose: 'Whether changes of operations are recorded, and so can be subscribed to',
    values: ['on', 'off'],
    default: 'on',
    provider: 'everywhere',
    secret: false,
  },
  NOTIFICATION_PRIVATE_TARGETS: {
    purpose:
      'Whether notifications may go to private addresses, and without TLS. With `allow` the app starts only where its database is on this machine',
    values: ['refuse', 'allow'],
    default: 'refuse',
    provider: 'local',
    secret: false,
  },
  OPERATION_HOOK: {
    purpose: 'Whether each change goes to the function `OperationHook` too',
    values: ['on', 'off'],
    default: 'off',
    provider: 'everywhere',
    secret: false,
  },
  EVENT_GRID_TOPIC__topicEndpointUri: {
    purpose: 'The Event Grid topic that every change is published to as a CloudEvent. Without it none is',
    values: 'a URL',
    default: null,
    provider: 'optional',
    secret: false,
  },
  EVENT_GRID_TOPIC__topicKey: {
    purpose: "The topic's key. Without it the topic is reached by identity",
    values: 'a key',
    default: null,
    provider: 'optional',
    secret: true,
  },
  LRO_LAB: {
    purpose: 'The simulator of long-running operations: docs/lro-simulator.md',
    values: ['on', 'off'],
    default: 'off',
    provider: 'local',
    secret: false,
  },
  TRY_IT: {
    purpose: 'A page to try the API. Its viewer is a package that is not deployed',
    values: ['on', 'off'],
    default: 'off',
    provider: 'local',
    secret: false,
  },
  APPLICATIONINSIGHTS_CONNECTION_STRING: {
    purpose: 'Where telemetry goes. With local authentication off it is an address and no secret',
    values: 'a connection string',
    default: null,
    provider: 'cloud',
    secret: false,
  },
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: {
    purpose: 'As whom telemetry is sent: `ClientId=<guid>;Authorization=AAD`',
    values: 'a connection string',
    default: null,
    provider: 'cloud',
    secret: false,
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    purpose: 'The OpenTelemetry collector that traces and metrics go to',
    values: 'a URL',
    default: null,
    provider: 'optional',
    secret: false,
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    purpose: 'How the collector is spoken to',
    values: ['http/protobuf', 'http/json'],
    default: 'http/protobuf',
    provider: 'optional',
    secret: false,
  },
  OTEL_METRIC_EXPORT_INTERVAL: {
    purpose: 'How often metrics are sent, in milliseconds',
    values: 'a number',
    default: '60000',
    provider: 'optional',
    secret: false,
  },
  OTEL_SDK_DISABLED: {
    purpose: 'No telemetry of the app, whatever else is set',
    values: ['true', 'false'],
    default: 'false',
    provider: 'optional',
    secret: false,
  },
  REGION_NAME: {
    purpose: 'The region, as `x-ms-ags-diagnostic` tells it',
    values: 'a name',
    default: 'Local',
    provider: 'platform',
    secret: false,
  },
  WEBSITE_SITE_NAME: {
    purpose: 'The name of the app in its telemetry; `OTEL_SERVICE_NAME` wins',
    values: 'a name',
    default: 'teams-async-operations',
    provider: 'platform',
    secret: false,
  },
  WEBSITE_INSTANCE_ID: {
    purpose: 'The instance; its first twelve characters are in `x-ms-ags-diagnostic`',
    values: 'a name',
    default: 'local',
    provider: 'platform',
    secret: false,
  },
} as const satisfies Readonly<Record<string, AppSetting>>;

export interface AppSetting {
  /** What it is for, without a full stop. */
  readonly purpose: string;
  /** The values it may have, or what they look like. */
  readonly values: readonly string[] | string;
  /** What holds where it is not set; null where nothing does. */
  readonly default: string | null;
  /** Who sets it: `local.settings.json`, the infrastructure, both, the Functions platform itself, or whoever wants it. */
  readonly provider: 'local' | 'cloud' | 'everywhere' | 'platform' | 'optional';
  /** Never shown, logged or committed, except for the emulator's well-known key. In Azure its value is made at random. */
  readonly secret: boolean;
}

export type AppSettingName = keyof typeof APP_SETTINGS;

/** Of the environment only what the table names: to read any other setting is a type error. */
export type Environment = Readonly<Partial<Record<AppSettingName, string | undefined>>>;
