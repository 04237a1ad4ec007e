import { ConfigError } from '../errors.ts';
import { type ConfigReader, findKey, isObject } from './config-reader.ts';
import type { CustomHandlerSettings } from './host-settings.ts';
import type { JsonObject } from './json-file.ts';

/** The default of `HttpWorkerOptions` in azure-functions-host. */
const DEFAULT_INITIALIZATION_MS = 30_000;
const MAX_PORT = 65_535;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `customHandler`, or the older `httpWorker`, of host.json. Undefined when there is neither
 * (azure-functions-host `HttpWorkerOptionsSetup.cs`).
 *
 * @param env fills in `%NAME%` in the paths and arguments
 */
export function readCustomHandler(root: ConfigReader, env: Environment): CustomHandlerSettings | undefined {
  const current = root.section('customHandler');
  const isLegacy = current.names().length === 0;
  const section = isLegacy ? root.section('httpWorker') : current;
  if (section.names().length === 0) return undefined;
  const description = section.section('description');
  const executable = description.text('defaultExecutablePath');
  if (!executable) throw description.fail('defaultExecutablePath', 'is required: the program that runs the functions');
  const workerPath = description.text('defaultWorkerPath');
  const words = [
    ...(description.texts('arguments') ?? []),
    ...(workerPath ? [workerPath] : []),
    ...(description.texts('workerArguments') ?? []),
  ];
  return {
    executable: expand(executable, env),
    arguments: words.map((word) => expand(word, env)),
    workingDirectory: description.text('workingDirectory') ?? description.text('workerDirectory'),
    httpRequests: isLegacy ? 'forward-by-name' : readHttpRequests(section),
    port: section.integer('port', { min: 1, max: MAX_PORT }),
    initializationTimeoutMs: section.timeSpan('initializationTimeout', { min: 1 }) ?? DEFAULT_INITIALIZATION_MS,
    routes: readRoutes(section.section('http')),
  };
}

function readHttpRequests(section: ConfigReader): CustomHandlerSettings['httpRequests'] {
  if (section.boolean('enableProxyingHttpRequest')) return 'proxy';
  return section.boolean('enableForwardingHttpRequest') ? 'forward' : 'payload';
}

function readRoutes(http: ConfigReader): CustomHandlerSettings['routes'] {
  const byDefault = http.text('defaultAuthorizationLevel') ?? 'function';
  return http.sections('routes').map((entry) => ({
    route: entry.text('route') ?? '',
    authLevel: entry.text('authorizationLevel') ?? byDefault,
  }));
}

/** `Environment.ExpandEnvironmentVariables` of .NET, which leaves unknown names as they are. */
function expand(text: string, env: Environment): string {
  return text.replace(/%([^%]+)%/g, (whole, name: string) => env[name] ?? whole);
}

/** What these profiles set unless host.json says otherwise (azure-functions-host `HostConfigurationProfile.cs`). */
const PROFILES = ['mcp-custom-handler', 'web-app-custom-handler'];

/** A copy of host.json with the settings of its `configurationProfile`. @throws ConfigError for one that is not known */
export function applyProfile(root: JsonObject): JsonObject {
  const name = root[findKey(root, 'configurationProfile') ?? ''] ?? '';
  const profile = String(name).toLowerCase();
  if (profile === '' || profile === 'default') return root;
  if (!PROFILES.includes(profile)) {
    const known = ['default', ...PROFILES].map((value) => `'${value}'`).join(', ');
    throw new ConfigError(`Configuration profile '${String(name)}' is not supported. Supported values: '', ${known}.`);
  }
  const result = structuredClone(root);
  const handler = childOf(result, 'customHandler');
  setDefault(handler, 'enableProxyingHttpRequest', true);
  setDefault(childOf(handler, 'http'), 'routes', [{ route: '{*route}' }]);
  setDefault(childOf(childOf(result, 'extensions'), 'http'), 'routePrefix', '');
  return result;
}

function childOf(parent: JsonObject, name: string): JsonObject {
  const key = findKey(parent, name) ?? name;
  const existing = parent[key];
  const child: JsonObject = isObject(existing) ? existing : {};
  parent[key] = child;
  return child;
}

function setDefault(target: JsonObject, name: string, value: unknown): void {
  if (findKey(target, name) === undefined) target[name] = value;
}
