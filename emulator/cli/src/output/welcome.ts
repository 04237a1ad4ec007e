import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type FunctionInfo, formatBanner, formatFunctionList, HOST_VERSION, type Paint } from '@lazurite/functions';
import { DEFAULT_DATA_DIR } from '../run-file.ts';
import type { Stack } from '../stack.ts';
import type { PackageNotice } from './console.ts';
import { curlCommand } from './curl-command.ts';

export interface WelcomeOptions {
  readonly scriptRoot: string;
  /** Undefined: nothing is kept. */
  readonly dataDir: string | undefined;
  readonly version: string;
  readonly notice?: PackageNotice;
  /** As which the command was called. */
  readonly name: string;
  readonly paint: Paint;
  /** The address of the dashboard, with its token; absent where there is none. */
  readonly dashboard?: string;
}

/** What a person reads once the stack serves: what runs, where, and one command that shows it working. */
export async function welcome(stack: Stack, options: WelcomeOptions): Promise<string> {
  const sections = [
    ...(options.name === 'func' ? [formatBanner({ tools: `Lazurite ${options.version}`, runtime: HOST_VERSION })] : []),
    `\nLazurite ${options.version} on Node.js ${process.versions.node}\n`,
    formatFunctionList(stack.functions.functions.map(withShownUrl), options.paint),
    endpoints(stack, options),
    ...(options.notice ? [describePackage(options.notice, options.dataDir)] : []),
    await tryIt(stack, options),
  ];
  return sections.join('');
}

/** A function with its address as it is shown. */
export function withShownUrl(info: FunctionInfo): FunctionInfo {
  return info.url === undefined ? info : { ...info, url: shownUrl(info.url) };
}

/** The address of a function as Core Tools prints it, where `localhost` leads to the address that the host listens on. */
export function shownUrl(url: string): string {
  return url.replace(/^(https?:\/\/)(?:127\.0\.0\.1|0\.0\.0\.0|\[::\])(?=[:/]|$)/, '$1localhost');
}

function endpoints(stack: Stack, { dataDir, dashboard }: Pick<WelcomeOptions, 'dataDir' | 'dashboard'>): string {
  const kept = dataDir === undefined ? 'kept in memory, gone when this process ends' : `kept in ${dataDir}`;
  const page = pageOf(stack);
  const lines = [
    `Functions:     ${shownUrl(stack.functions.url)}`,
    ...(dashboard === undefined ? [] : [`Dashboard:     ${dashboard}`]),
    ...(page === undefined ? [] : [`Try it:        ${page}`]),
    `Cosmos DB:     ${stack.cosmos.endpoint} (${kept})`,
    `               ${stack.cosmos.connectionString}`,
    `Storage:       ${storageState(stack)}`,
    `               ${shortConnectionString(stack.storage.connectionString)}`,
    `Token issuer:  ${stack.issuer.issuer}`,
  ];
  return `\n${lines.join('\n')}\n`;
}

/** The page of the app on which its requests can be sent; undefined where it has none. */
export function pageOf({ functions: { functions } }: Pick<Stack, 'functions'>): string | undefined {
  const url = functions.find(({ name, disabled }) => name === 'TryIt' && !disabled)?.url;
  return url === undefined ? undefined : shownUrl(url.replace(/\/\{[^{}]*\}$/, '')); // its files are below it
}

function storageState({ functions: { functions }, storage }: Stack): string {
  const hasWork = !storage.isUnused && functions.some(({ storageSource }) => storageSource);
  return hasWork ? 'starts now, with the data of earlier runs' : 'starts with the first message or blob';
}

/** At the usual ports, what every tool knows it by. */
function shortConnectionString(connectionString: string): string {
  const isUsual = [10_000, 10_001, 10_002].every((port) => connectionString.includes(`:${port}/devstoreaccount1`));
  return isUsual ? 'UseDevelopmentStorage=true' : connectionString;
}

/** What runs, and what a developer would otherwise wonder about: where settings came from, and where the keys are. */
function describePackage({ file, sha256, settingsFile }: PackageNotice, dataDir: string | undefined): string {
  const settings = settingsFile === null ? 'the environment alone' : `${settingsFile}, and the environment`;
  const keys = dataDir === undefined ? 'made anew at each start' : join(dataDir, 'functions', 'secrets');
  return `Package:       ${file} (SHA-256 ${sha256})\nApp settings:  ${settings}\nFunction keys: ${keys}\n`;
}

/** The first function that takes a POST and has an example body in the app's `examples` folder; nothing without one. */
async function tryIt(stack: Stack, { scriptRoot, dataDir }: WelcomeOptions): Promise<string> {
  const isUsual = dataDir === undefined || dataDir === resolve(DEFAULT_DATA_DIR);
  for (const info of stack.functions.functions) {
    const file = await findExample(scriptRoot, info);
    if (file === undefined || !info.url) continue;
    const place = isUsual ? {} : { dataDir: relative(process.cwd(), dataDir) };
    const command = curlCommand({ url: shownUrl(info.url), bodyFile: relative(process.cwd(), file), ...place });
    return `\nTry it:\n\n${command}\n\n`;
  }
  return '\n';
}

/** `CreateOperation` has its example in `examples/create-operation.json`. */
async function findExample(scriptRoot: string, { name, methods }: FunctionInfo): Promise<string | undefined> {
  if (!methods.includes('POST')) return undefined;
  const kebabCase = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
  const file = join(scriptRoot, 'examples', `${kebabCase}.json`);
  try {
    JSON.parse(await readFile(file, 'utf8'));
    return file;
  } catch {
    return undefined; // an example is a courtesy: none, or one that is not JSON, is passed over
  }
}
