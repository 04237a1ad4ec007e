import { readFileSync } from 'node:fs';
import { readLocalSettings } from '../../config/local-settings.ts';
import { ConfigError, errnoOf, messageOf } from '../../errors.ts';

/** The setting behind `func start --language-worker`; a colon stands for the underscores in configuration files. */
const SETTINGS = ['languageWorkers__node__arguments', 'languageWorkers:node:arguments'];

/**
 * Options of Node.js that settings ask for, from the environment or local.settings.json. Read at once, before anything
 * else: the worker process is started while the settings are still being worked out.
 *
 * @param settingsFile local.settings.json, or what is read instead; null: none
 * @throws ConfigError for a local.settings.json that cannot be read
 */
export function readWorkerArguments(
  settingsFile: string | null,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const text = SETTINGS.map((name) => env[name]).find(Boolean) ?? (settingsFile === null ? '' : fromFile(settingsFile));
  return splitArguments(text ?? '');
}

function fromFile(settingsFile: string): string | undefined {
  const text = readIfThere(settingsFile);
  if (!text?.includes('languageWorkers')) return undefined;
  const { values } = readLocalSettings(text, {});
  return SETTINGS.map((name) => values[name]).find(Boolean);
}

/** At spaces, except between double quotes. */
function splitArguments(text: string): readonly string[] {
  const words = text.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  return words.map((word) => word.replaceAll('"', ''));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw new ConfigError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
