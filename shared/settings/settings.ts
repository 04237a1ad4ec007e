import { isOnThisMachine } from '../domain/this-machine.ts';
import { APP_SETTINGS, type Environment } from './app-settings.ts';
import { type CosmosAccountSettings, readCosmosAccount } from './cosmos-account.ts';
import { readTelemetry, type TelemetrySettings } from './telemetry.ts';

export interface Settings {
  readonly cosmos: CosmosSettings;
  readonly auth: AuthSettings;
  /** What all instances know and nobody else: the places in next links are signed with it. */
  readonly pagingSecret: string;
  /** `strict`: the guidelines' rules for members that came after clients were made; `lenient`: all are shown as stored. */
  readonly evolvableEnums: 'lenient' | 'strict';
  /** Whether operations can be made to move by themselves, for those who test a client. */
  readonly simulator: boolean;
  /** Whether there is a page to try the API, whose viewer is a package that is not deployed. */
  readonly tryIt: boolean;
  readonly notifications: NotificationSettings;
  /** Null: nobody asked for any. */
  readonly telemetry: TelemetrySettings | null;
  readonly server: { readonly dataCenter: string; readonly roleInstance: string };
}

export interface CosmosSettings extends CosmosAccountSettings {
  readonly database: string;
  /** Create the database and container when they are not there. For local runs; what is deployed is provisioned. */
  readonly createIfMissing: boolean;
}

export interface NotificationSettings {
  /** Whether changes of operations are recorded, and so can be subscribed to. */
  readonly recorded: boolean;
  /** Whether each change also goes to the function `OperationHook`. */
  readonly hook: boolean;
  /** Whether notifications may go to private addresses, and without TLS. For local runs. */
  readonly privateTargets: boolean;
  /** Whether notifications can carry the operations: receivers want tokens with them, which one issuer gives to anybody. */
  readonly resourceData: boolean;
  /** Where every change is published; null: nowhere. */
  readonly eventGrid: EventGridTopic | null;
}

/** Names of settings, as the output binding wants them: with a key, or by identity. */
export type EventGridTopic =
  | { readonly topicEndpointUri: string; readonly topicKeySetting: string }
  | { readonly connection: string };

export interface AuthSettings {
  /** As in the `iss` claim; its discovery document is found below it. */
  readonly issuer: string;
  readonly audience: string;
}

/** Thrown at start: the message names every setting that is missing or wrong. */
export class SettingsError extends Error {
  readonly code = 'InvalidSettings';

  constructor(problems: readonly string[]) {
    super(`The app settings are incomplete: ${problems.join('; ')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads the app settings, once, at the edge. Values are never part of a message: some are secrets.
 *
 * @throws SettingsError
 */
export function readSettings(env: Environment): Settings {
  const problems: string[] = [];
  const cosmos = readCosmos(env, problems);
  const auth = readAuth(env, problems);
  const pagingSecret = readPagingSecret(env, cosmos, problems);
  const evolvableEnums = readEvolvableEnums(env, problems);
  const simulator = readSwitch('LRO_LAB', env, problems);
  const tryIt = readSwitch('TRY_IT', env, problems);
  const notifications = readNotifications(env, cosmos, problems);
  const telemetry = readTelemetry(env, problems);
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    cosmos,
    auth,
    pagingSecret,
    evolvableEnums,
    simulator,
    notifications,
    tryIt,
    telemetry,
    // Both are set by the Functions platform in Azure.
    server: {
      dataCenter: env.REGION_NAME ?? APP_SETTINGS.REGION_NAME.default,
      roleInstance: env.WEBSITE_INSTANCE_ID?.slice(0, 12) ?? APP_SETTINGS.WEBSITE_INSTANCE_ID.default,
    },
  };
}

function readCosmos(env: Environment, problems: string[]): CosmosSettings {
  const account = readCosmosAccount(env, problems);
  const createIfMissing = readFlag('COSMOS_CREATE_IF_MISSING', env, problems);
  if (createIfMissing && account.credential.kind === 'identity')
    problems.push('COSMOS_CREATE_IF_MISSING needs an account key: no role lets an identity create containers');
  return { ...account, database: env.COSMOS_DATABASE || APP_SETTINGS.COSMOS_DATABASE.default, createIfMissing };
}

const MIN_PAGING_KEY_LENGTH = 32;

/** The account key is such a secret, and one less to keep; an identity has nothing that instances share. */
function readPagingSecret(
  { PAGING_KEY: given = '' }: Environment,
  { credential }: CosmosSettings,
  problems: string[],
): string {
  if (given.length >= MIN_PAGING_KEY_LENGTH) return given;
  if (given) problems.push(`PAGING_KEY is shorter than ${MIN_PAGING_KEY_LENGTH} characters`);
  if (credential.kind === 'key') return credential.key;
  if (!given) problems.push('PAGING_KEY is missing: without an account key, next links need one to be signed with');
  return '';
}

function readAuth(env: Environment, problems: string[]): AuthSettings {
  const issuer = env.AUTH_ISSUER ?? '';
  if (!issuer) problems.push('AUTH_ISSUER is missing');
  else if (!URL.canParse(issuer)) problems.push('AUTH_ISSUER is not a URL');
  return { issuer, audience: env.AUTH_AUDIENCE || APP_SETTINGS.AUTH_AUDIENCE.default };
}

function readEvolvableEnums(env: Environment, problems: string[]): 'lenient' | 'strict' {
  return readOneOf('EVOLVABLE_ENUMS', env.EVOLVABLE_ENUMS, problems);
}

/** Azure sets WEBSITE_INSTANCE_ID, and a database on this machine is the emulator's: what is deployed has neither. */
function isLocal({ WEBSITE_INSTANCE_ID }: Environment, { endpoint }: CosmosSettings): boolean {
  if (WEBSITE_INSTANCE_ID) return false;
  // An endpoint that is none is a problem of its own.
  return !URL.canParse(endpoint) || isOnThisMachine(endpoint);
}

function readNotifications(env: Environment, cosmos: CosmosSettings, problems: string[]): NotificationSettings {
  const targets = readOneOf('NOTIFICATION_PRIVATE_TARGETS', env.NOTIFICATION_PRIVATE_TARGETS?.toLowerCase(), problems);
  if (targets === 'allow' && !isLocal(env, cosmos))
    problems.push('NOTIFICATION_PRIVATE_TARGETS can only be allow in a local run, with a database on this machine');
  return {
    recorded: readSwitch('CHANGE_NOTIFICATIONS', env, problems),
    hook: readSwitch('OPERATION_HOOK', env, problems),
    privateTargets: targets === 'allow',
    resourceData: isOnThisMachine(env.AUTH_ISSUER ?? ''),
    eventGrid: readEventGrid(env),
  };
}

/** Only names: what they stand for is between the host and the topic. */
function readEventGrid(env: Environment): EventGridTopic | null {
  if (!env.EVENT_GRID_TOPIC__topicEndpointUri) return null;
  if (!env.EVENT_GRID_TOPIC__topicKey) return { connection: 'EVENT_GRID_TOPIC' };
  return { topicEndpointUri: 'EVENT_GRID_TOPIC__topicEndpointUri', topicKeySetting: 'EVENT_GRID_TOPIC__topicKey' };
}

type Switch = 'CHANGE_NOTIFICATIONS' | 'LRO_LAB' | 'OPERATION_HOOK' | 'TRY_IT';

function readSwitch(name: Switch, env: Environment, problems: string[]): boolean {
  return readOneOf(name, env[name]?.toLowerCase(), problems) === 'on';
}

function readFlag(name: 'COSMOS_CREATE_IF_MISSING', env: Environment, problems: string[]): boolean {
  return readOneOf(name, env[name]?.toLowerCase(), problems) === 'true';
}

type Choice = 'COSMOS_CREATE_IF_MISSING' | 'EVOLVABLE_ENUMS' | 'NOTIFICATION_PRIVATE_TARGETS' | Switch;
type ValueOf<Name extends Choice> = (typeof APP_SETTINGS)[Name]['values'][number];

/** One of the values that the table lists; its default where it is not set. */
function readOneOf<Name extends Choice>(name: Name, value: string | undefined, problems: string[]): ValueOf<Name> {
  const { values, default: fallback }: { values: readonly ValueOf<Name>[]; default: ValueOf<Name> } =
    APP_SETTINGS[name];
  const found = value ? values.find((allowed) => allowed === value) : fallback;
  if (found === undefined) problems.push(`${name} is neither ${values.join(' nor ')}`);
  return found ?? fallback;
}
