import { ConfigError } from '../errors.ts';
import { ConfigReader, findKey, isObject } from './config-reader.ts';
import { applyProfile, readCustomHandler } from './custom-handler-settings.ts';
import type {
  BlobsSettings,
  HostSettings,
  HstsSettings,
  HttpSettings,
  LoggingSettings,
  LogLevel,
  McpSettings,
  QueuesSettings,
} from './host-settings.ts';
import { LOG_LEVELS } from './host-settings.ts';
import { type JsonFile, type JsonObject, parseJsonFile } from './json-file.ts';
import { readRetryPolicy } from './retry-policy.ts';

/** ScriptJobHostOptionsSetup of azure-functions-host: the default of plans without another limit. */
const DEFAULT_FUNCTION_TIMEOUT_MS = 30 * 60_000;
const MIN_FUNCTION_TIMEOUT_MS = 1_000;
const DEFAULT_HSTS_MAX_AGE_MS = 30 * 86_400_000;
/** QueuesOptions: one minute, but 2 s when AZURE_FUNCTIONS_ENVIRONMENT is Development. */
const DEVELOPMENT_POLLING_MS = 2_000;
/** The maximum of the Storage service. */
const MAX_QUEUE_BATCH = 32;
const OVERRIDE_PREFIX = /^AzureFunctionsJobHost(?:__|:)/i;
const NO_FILE = '{"version":"2.0"}';

/**
 * Reads host.json.
 *
 * @param text the file's content; undefined when there is no file: all settings have their defaults
 * @param env `AzureFunctionsJobHost__a__b` overrides `a.b`
 * @throws ConfigError that names line and column of the mistake
 */
export function readHostSettings(
  text: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): HostSettings {
  const file = parseJsonFile('host.json', text ?? NO_FILE);
  checkVersion(file.root);
  const effective = applyProfile(applyOverrides(file.root, env));
  const root = new ConfigReader(effective, (path, problem) => file.errorAt(path, problem));
  const extensions = root.section('extensions');
  return {
    effective,
    functionTimeoutMs: readTimeout(root, file),
    http: readHttp(extensions.section('http')),
    logging: readLogging(root.section('logging')),
    functions: root.texts('functions'),
    retry: readRetryPolicy(root.section('retry')),
    watchDirectories: root.texts('watchDirectories') ?? [],
    watchFiles: root.texts('watchFiles') ?? [],
    extensionBundle: readBundle(root.section('extensionBundle')),
    queues: readQueues(extensions.section('queues')),
    blobs: readBlobs(extensions.section('blobs')),
    mcp: readMcp(extensions.section('mcp')),
    customHandler: readCustomHandler(root, env),
    cosmosDB: { leasePrefix: extensions.section('cosmosDB').section('leaseOptions').text('leasePrefix') ?? '' },
  };
}

/** The messages are those of azure-functions-host `HostJsonFileConfigurationSource`. */
function checkVersion(root: JsonObject): void {
  if (Object.keys(root).length === 0) root.version = '2.0';
  const version = root.version === undefined || root.version === null ? '' : String(root.version);
  if (version === '') {
    throw new ConfigError(
      "The host.json file is missing the required 'version' property. See https://aka.ms/functions-hostjson for steps to migrate the configuration file.",
    );
  }
  if (version === '2.0') return;
  const runtimeNote = version.startsWith('3')
    ? 'This does not correspond to the function runtime version, only to the schema version of the host.json file. '
    : '';
  throw new ConfigError(
    `'${version}' is an invalid value for host.json 'version' property. We recommend you set the 'version' property to '2.0'. ${runtimeNote}See https://aka.ms/functions-hostjson for more information on this configuration file.`,
  );
}

/** "-1" and null mean no limit. */
function readTimeout(root: ConfigReader, file: JsonFile): number | undefined {
  if (file.root.functionTimeout === null) return undefined;
  if (file.root.functionTimeout === '-1' || file.root.functionTimeout === -1) return undefined;
  return root.timeSpan('functionTimeout', { min: MIN_FUNCTION_TIMEOUT_MS }) ?? DEFAULT_FUNCTION_TIMEOUT_MS;
}

function readHttp(section: ConfigReader): HttpSettings {
  return {
    routePrefix: (section.text('routePrefix') ?? 'api').replace(/^\/+|\/+$/g, ''),
    maxOutstandingRequests: section.integer('maxOutstandingRequests', { min: -1 }) ?? -1,
    maxConcurrentRequests: section.integer('maxConcurrentRequests', { min: -1 }) ?? -1,
    customHeaders: readTexts(section.section('customHeaders')),
    hsts: readHsts(section.section('hsts')),
  };
}

function readHsts(section: ConfigReader): HstsSettings {
  return {
    isEnabled: section.boolean('isEnabled') ?? false,
    maxAgeMs: section.timeSpan('maxAge') ?? DEFAULT_HSTS_MAX_AGE_MS,
    includeSubDomains: section.boolean('includeSubDomains') ?? false,
    preload: section.boolean('preload') ?? false,
    excludedHosts: section.texts('excludedHosts') ?? [],
  };
}

function readTexts(section: ConfigReader): Readonly<Record<string, string>> {
  return Object.fromEntries(section.names().map((name) => [name, section.text(name) ?? '']));
}

function readLogging(section: ConfigReader): LoggingSettings {
  const levels = section.section('logLevel');
  return {
    levels: Object.fromEntries(levels.names().map((category) => [category, readLevel(levels, category)])),
    consoleEnabled: section.section('console').boolean('isEnabled'),
  };
}

function readLevel(levels: ConfigReader, category: string): LogLevel {
  const text = levels.text(category)?.toLowerCase();
  const level = LOG_LEVELS.find((known) => known === text);
  if (!level) throw levels.fail(category, `must be one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

function readBundle(section: ConfigReader): HostSettings['extensionBundle'] {
  if (section.names().length === 0) return undefined;
  const id = section.text('id');
  const version = section.text('version');
  if (!id) throw section.fail('id', 'is required');
  if (!version) throw section.fail('version', 'is required');
  return { id, version };
}

function readQueues(section: ConfigReader): QueuesSettings {
  const messageEncoding = section.text('messageEncoding')?.toLowerCase() ?? 'base64';
  if (messageEncoding !== 'base64' && messageEncoding !== 'none') {
    throw section.fail('messageEncoding', 'must be "base64" or "none"');
  }
  return {
    batchSize: section.integer('batchSize', { min: 1, max: MAX_QUEUE_BATCH }) ?? 16,
    newBatchThreshold: section.integer('newBatchThreshold', { min: 0 }),
    maxDequeueCount: section.integer('maxDequeueCount', { min: 1 }) ?? 5,
    maxPollingIntervalMs: section.timeSpan('maxPollingInterval', { min: 100 }) ?? DEVELOPMENT_POLLING_MS,
    visibilityTimeoutMs: section.timeSpan('visibilityTimeout') ?? 0,
    messageEncoding,
  };
}

function readBlobs(section: ConfigReader): BlobsSettings {
  return {
    maxDegreeOfParallelism: section.integer('maxDegreeOfParallelism', { min: 1 }),
    poisonBlobThreshold: section.integer('poisonBlobThreshold', { min: 1 }) ?? 5,
  };
}

/** The defaults are those of `McpOptions` of azure-functions-mcp-extension. */
function readMcp(section: ConfigReader): McpSettings {
  return {
    serverName: section.text('serverName') ?? 'Azure Functions MCP server',
    serverVersion: section.text('serverVersion') ?? '1.0.0',
    instructions: section.text('instructions'),
    usesAbsoluteUri: section.section('messageOptions').boolean('useAbsoluteUriForEndpoint') ?? false,
  };
}

/** A copy of host.json in which every `AzureFunctionsJobHost__a__b` (or `:`) of the environment replaces `a.b`. */
function applyOverrides(root: JsonObject, env: Readonly<Record<string, string | undefined>>): JsonObject {
  const result = structuredClone(root);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !OVERRIDE_PREFIX.test(name)) continue;
    const path = name.replace(OVERRIDE_PREFIX, '').split(/__|:/);
    if (path.every((part) => part !== '' && part !== '__proto__')) setAt(result, path, value);
  }
  return result;
}

function setAt(root: JsonObject, path: readonly string[], value: string): void {
  const last = path.at(-1) ?? '';
  let target: JsonObject = root;
  for (const part of path.slice(0, -1)) {
    const key = findKey(target, part) ?? part;
    const existing = target[key];
    // The names of an array's entries are its indexes.
    const child = Array.isArray(existing) ? { ...existing } : existing;
    const next: JsonObject = isObject(child) ? child : {};
    target[key] = next;
    target = next;
  }
  target[findKey(target, last) ?? last] = value;
}
