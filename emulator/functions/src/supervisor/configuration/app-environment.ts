import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nameDevelopmentStorage } from '../../config/connections.ts';
import { readHostSettings } from '../../config/host-json.ts';
import type { HostSettings } from '../../config/host-settings.ts';
import { type LocalHostSettings, type LocalSettings, readLocalSettings } from '../../config/local-settings.ts';
import { ConfigError, errnoOf, messageOf } from '../../errors.ts';

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
  /** Read instead of local.settings.json; null: none is. */
  readonly settingsFile?: string | null;
  /** Changes the values of local.settings.json, say to name the port really in use. */
  readonly rewriteSetting: (value: string) => string;
  /** For WEBSITE_HOSTNAME: `localhost:7071`. */
  readonly hostname: string;
}

const DEFAULT_FILE = 'local.settings.json';
const RUNTIME = 'FUNCTIONS_WORKER_RUNTIME';

/** Reads host.json and local.settings.json of the app. @throws ConfigError with the place of the mistake */
export async function readConfiguration(options: ConfigurationOptions): Promise<AppConfiguration> {
  const [hostJson, localSettings] = await Promise.all([
    readIfThere(join(options.appRoot, 'host.json')),
    readSettingsFile(options),
  ]);
  const local = readLocalSettings(localSettings, options.env, basename(options.settingsFile ?? DEFAULT_FILE));
  const env = nameDevelopmentStorage({
    ...standardSettings(options),
    ...rewriteAll(local.values, options.rewriteSetting),
    ...withoutUndefined(options.env),
    WEBSITE_HOSTNAME: options.hostname,
    AzureWebJobsScriptRoot: options.appRoot,
  });
  const host = readHostSettings(hostJson, env);
  const given = local.values[RUNTIME] ?? options.env[RUNTIME];
  return { env: host.customHandler && given === undefined ? { ...env, [RUNTIME]: 'custom' } : env, host, local };
}

/** What local.settings.json, or another file, says of the host itself. @throws ConfigError with the place of the mistake */
export async function readLocalHost(appRoot: string, file = join(appRoot, DEFAULT_FILE)): Promise<LocalHostSettings> {
  return readLocalSettings(await readIfThere(file), {}, basename(file)).host;
}

/** The settings in local.settings.json, or another file; none without it. @throws ConfigError with the place of the mistake */
export async function readLocalValues(
  appRoot: string,
  file = join(appRoot, DEFAULT_FILE),
): Promise<LocalSettings['values']> {
  return readLocalSettings(await readIfThere(file), {}, basename(file)).values;
}

/** What Core Tools sets for an app that is run locally, unless something else is said. */
function standardSettings({ appRoot }: ConfigurationOptions): Record<string, string> {
  return {
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    [RUNTIME]: 'node',
    FUNCTIONS_APPLICATION_DIRECTORY: appRoot,
  };
}

/** A file that was asked for by name has to be there. */
async function readSettingsFile({ appRoot, settingsFile }: ConfigurationOptions): Promise<string | undefined> {
  if (settingsFile === null) return undefined;
  if (settingsFile === undefined) return readIfThere(join(appRoot, DEFAULT_FILE));
  return readFile(settingsFile, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`The settings file ${settingsFile} cannot be read`, { cause });
  });
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
    throw new ConfigError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
