import { ConfigReader, findKey, isObject } from './config-reader.ts';
import { type JsonFile, type JsonObject, parseJsonFile } from './json-file.ts';

/** The settings of `local.settings.json` that the environment does not override. */
export interface LocalSettings {
  /** Without those that the environment already has. */
  readonly values: Readonly<Record<string, string>>;
  readonly host: LocalHostSettings;
  /** Lines for the console. */
  readonly warnings: readonly string[];
}

export interface LocalHostSettings {
  readonly localHttpPort: number | undefined;
  readonly localHttpAddress: string | undefined;
  /** Origins, or `*`. */
  readonly cors: readonly string[];
  readonly corsCredentials: boolean;
}

const FILE = 'local.settings.json';
const MAX_PORT = 65_535;

/**
 * Reads `local.settings.json`; an absent file means no settings.
 *
 * @param name of the file, for messages
 * @throws ConfigError that names line and column of the mistake, and for a file whose values are encrypted
 */
export function readLocalSettings(
  text: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  name = FILE,
): LocalSettings {
  const file = parseJsonFile(name, text ?? '{"IsEncrypted":false}');
  const root = new ConfigReader(file.root, (path, problem) => file.errorAt(path, problem));
  rejectEncrypted(file, root);
  const settings = new Map<string, string>();
  for (const [name, value] of readValues(file)) settings.set(name, value);
  for (const [name, value] of readConnectionStrings(file)) settings.set(name, value);
  const warnings = [...settings].flatMap(([name, value]) => warningsFor(name, value, env));
  const values = Object.fromEntries([...settings].filter(([name]) => !isDefined(name, env)));
  return { values, host: readHost(root.section('Host')), warnings };
}

/**
 * An absent `IsEncrypted` means encrypted (azure-functions-core-tools `AppSettingsFile`). Files that people write often
 * lack it, so without it only values that look encrypted are rejected: Base64 of at least one cipher block.
 */
function rejectEncrypted(file: JsonFile, root: ConfigReader): void {
  const declared = root.boolean('IsEncrypted');
  const values = Object.values(objectAt(file, 'Values'));
  const looksEncrypted = values.length > 0 && values.every((value) => isCipherText(value));
  if (declared === false || (declared === undefined && !looksEncrypted)) return;
  if (declared && values.length === 0) return;
  throw file.errorAt(
    ['IsEncrypted'],
    "means that the values are encrypted with a key of the machine that wrote them. Run 'func settings decrypt' there, or set IsEncrypted to false and write the values in plain text",
  );
}

function isCipherText(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 64 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(value);
}

/**
 * Numbers and booleans become text as they are spelled, and null means that the setting is absent: Core Tools reads the
 * values into texts with Newtonsoft.Json.
 */
function readValues(file: JsonFile): [string, string][] {
  const section = findKey(file.root, 'Values') ?? 'Values';
  return Object.entries(objectAt(file, 'Values')).flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    if (typeof value === 'string') return [[name, value]];
    const source = typeof value === 'object' ? undefined : file.sourceAt([section, name]);
    if (source !== undefined) return [[name, source]];
    const found = Array.isArray(value) ? 'an array' : 'an object';
    throw file.errorAt([section, name], `must be text, a number or a boolean, but is ${found}`);
  });
}

/** `ConnectionStrings:<Name>`, with `__` because a colon is not portable in the names of environment variables. */
function readConnectionStrings(file: JsonFile): [string, string][] {
  return Object.entries(objectAt(file, 'ConnectionStrings')).map(([name, value]) => {
    const text = isObject(value) ? value[findKey(value, 'ConnectionString') ?? ''] : value;
    if (typeof text === 'string') return [`ConnectionStrings__${name}`, text];
    throw file.errorAt(['ConnectionStrings', name], 'must be text, or an object with a ConnectionString');
  });
}

function objectAt(file: JsonFile, name: string): JsonObject {
  const value = file.root[findKey(file.root, name) ?? name] ?? {};
  if (isObject(value)) return value;
  throw file.errorAt([name], 'must be an object');
}

function isDefined(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  return env[name] !== undefined && env[name] !== '';
}

function warningsFor(name: string, value: string, env: Readonly<Record<string, string | undefined>>): string[] {
  if (isDefined(name, env)) {
    return [`Skipping '${name}' from local settings as it's already defined in current environment variables.`];
  }
  if (!value.startsWith('@Microsoft.KeyVault(')) return [];
  return [`The Key Vault reference in '${name}' is resolved only in Azure; here the function app sees its text.`];
}

function readHost(section: ConfigReader): LocalHostSettings {
  return {
    localHttpPort: section.integer('LocalHttpPort', { min: 0, max: MAX_PORT }),
    localHttpAddress: section.text('LocalHttpAddress'),
    cors: splitList(section.text('CORS')),
    corsCredentials: section.boolean('CORSCredentials') ?? false,
  };
}

function splitList(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').flatMap((item) => item.trim() || []);
}
