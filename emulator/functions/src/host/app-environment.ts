import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nameDevelopmentStorage } from '../bindings/storage-connection.ts';
import { readHostSettings } from '../config/host-json.ts';
import type { HostSettings } from '../config/host-settings.ts';
import { type LocalHostSettings, type LocalSettings, readLocalSettings } from '../config/local-settings.ts';
import { errnoOf } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface AppConfiguration {
  /** The app's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly host: HostSettings;
  readonly local: LocalSettings;
}

export interface ConfigurationOptions {
  readonly appRoot: string;
  /** Wins over local.settings.json. */
  readonly env: Environment;
  /** Changes the values of local.settings.json, say to name the port really in use. */
  readonly rewriteSetting: (value: string) => string;
  /** For WEBSITE_HOSTNAME: `localhost:7071`. */
  readonly hostname: string;
}

/** Reads host.json and local.settings.json of the app. @throws ConfigError with the place of the mistake */
export async function readConfiguration(options: ConfigurationOptions): Promise<AppConfiguration> {
  const [hostJson, localSettings] = await Promise.all([
    readIfThere(join(options.appRoot, 'host.json')),
    readIfThere(join(options.appRoot, 'local.settings.json')),
  ]);
  const local = readLocalSettings(localSettings, options.env);
  const env = nameDevelopmentStorage({
    ...standardSettings(options),
    ...rewriteAll(local.values, options.rewriteSetting),
    ...withoutUndefined(options.env),
    WEBSITE_HOSTNAME: options.hostname,
    AzureWebJobsScriptRoot: options.appRoot,
  });
  return { env, host: readHostSettings(hostJson, env), local };
}

/** What local.settings.json says of the host itself. @throws ConfigError with the place of the mistake */
export async function readLocalHost(appRoot: string): Promise<LocalHostSettings> {
  return readLocalSettings(await readIfThere(join(appRoot, 'local.settings.json')), {}).host;
}

/** The settings in local.settings.json; none without the file. @throws ConfigError with the place of the mistake */
export async function readLocalValues(appRoot: string): Promise<LocalSettings['values']> {
  return readLocalSettings(await readIfThere(join(appRoot, 'local.settings.json')), {}).values;
}

/** What Core Tools sets for an app that is run locally, unless something else is said. */
function standardSettings({ appRoot }: ConfigurationOptions): Record<string, string> {
  return {
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    FUNCTIONS_WORKER_RUNTIME: 'node',
    FUNCTIONS_APPLICATION_DIRECTORY: appRoot,
  };
}

function rewriteAll(
  values: Readonly<Record<string, string>>,
  rewrite: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rewrite(value)]));
}

function withoutUndefined(env: Environment): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) defined[name] = value;
  return defined;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
