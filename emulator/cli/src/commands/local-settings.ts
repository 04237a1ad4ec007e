import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import { CommandError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

export interface SettingsFlags {
  readonly scriptRoot: string;
}

interface LocalSettings {
  readonly IsEncrypted?: boolean;
  readonly Values?: Readonly<Record<string, unknown>>;
  readonly ConnectionStrings?: Readonly<Record<string, unknown>>;
}

const FILE = 'local.settings.json';
const FORMATTING = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

/** `func settings list`: the names, and with `showValue` the values, which may be secrets. */
export async function listSettings(
  { scriptRoot, showValue }: SettingsFlags & { readonly showValue: boolean },
  terminal: Terminal,
): Promise<void> {
  const { Values = {}, ConnectionStrings = {} } = parseSettings(await readText(fileIn(scriptRoot)));
  const lines = (all: Readonly<Record<string, unknown>>) =>
    Object.entries(all).map(([name, value]) => `  ${name}${showValue ? ` = ${textOf(value)}` : ''}\n`);
  terminal.out(['App settings:\n', ...lines(Values), 'Connection strings:\n', ...lines(ConnectionStrings)].join(''));
  if (!showValue) terminal.error('--showValue prints the values, too\n');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `func settings add NAME VALUE`: adds a setting or replaces its value. */
export async function addSetting(
  name: string,
  value: string,
  { scriptRoot, connectionString }: SettingsFlags & { readonly connectionString: boolean },
): Promise<void> {
  const section = connectionString ? 'ConnectionStrings' : 'Values';
  await changeSettings(fileIn(scriptRoot), { [name]: value }, { overwrites: true, section });
}

/** `func settings delete NAME`: removes an app setting or a connection string. */
export async function deleteSetting(name: string, { scriptRoot }: SettingsFlags): Promise<void> {
  const file = fileIn(scriptRoot);
  const text = await readText(file);
  const settings = parseSettings(text);
  const section = (['Values', 'ConnectionStrings'] as const).find((one) => Object.hasOwn(settings[one] ?? {}, name));
  if (!section) throw new CommandError('UnknownSetting', `${file} has no setting '${name}'`);
  await writeFile(file, applyEdits(text, modify(text, [section, name], undefined, FORMATTING)));
}

/** `func settings decrypt`: nothing is to be done for settings in plain text. */
export async function assertPlainSettings({ scriptRoot }: SettingsFlags, terminal: Terminal): Promise<void> {
  parseSettings(await readText(fileIn(scriptRoot)));
  terminal.out(`${FILE} is not encrypted\n`);
}

interface ChangeOptions {
  /** Whether values that are there are replaced. */
  readonly overwrites: boolean;
  readonly section?: 'Values' | 'ConnectionStrings';
}

/** Writes settings into a file of the form of local.settings.json, whose comments stay. Creates the file. @throws CommandError */
export async function changeSettings(
  file: string,
  values: Readonly<Record<string, string>>,
  { overwrites, section = 'Values' }: ChangeOptions,
): Promise<void> {
  if (Object.keys(values).length === 0) return;
  let text = existsSync(file) ? await readText(file) : '{\n  "IsEncrypted": false,\n  "Values": {}\n}\n';
  const existing = parseSettings(text)[section] ?? {};
  for (const [name, value] of Object.entries(values)) {
    if (Object.hasOwn(existing, name) && !overwrites) continue;
    text = applyEdits(text, modify(text, [section, name], value, FORMATTING));
  }
  await writeFile(file, text);
}

function fileIn(scriptRoot: string): string {
  return join(resolve(scriptRoot), FILE);
}

async function readText(file: string): Promise<string> {
  if (existsSync(file)) return readFile(file, 'utf8');
  throw new CommandError('NoSettings', `There is no ${file}. \`lazurite init\` creates an app with one`);
}

/** Whether Core Tools has encrypted the settings. */
export async function isEncrypted({ scriptRoot }: SettingsFlags): Promise<boolean> {
  return parseFile(await readText(fileIn(scriptRoot))).IsEncrypted === true;
}

/** @throws CommandError for settings that are encrypted */
function parseSettings(text: string): LocalSettings {
  const settings = parseFile(text);
  if (settings.IsEncrypted !== true) return settings;
  throw new CommandError('EncryptedSettings', `${FILE} is encrypted. Core Tools decrypt it: \`func settings decrypt\``);
}

function parseFile(text: string): LocalSettings {
  const errors: ParseError[] = [];
  const parsed: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || typeof parsed !== 'object' || parsed === null) {
    throw new CommandError('InvalidSettings', `${FILE} is not valid JSON`);
  }
  return parsed;
}
