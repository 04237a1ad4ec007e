import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FunctionInfo, formatBanner, formatFunctionList, HOST_VERSION, type Paint } from '@lazurite/functions';
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
}

/** What a person reads once the stack serves: what runs, where, and one command that shows it working. */
export async function welcome(stack: Stack, options: WelcomeOptions): Promise<string> {
  const sections = [
    ...(options.name === 'func' ? [formatBanner({ tools: `Lazurite ${options.version}`, runtime: HOST_VERSION })] : []),
    `\nLazurite ${options.version} on Node.js ${process.versions.node}\n`,
    formatFunctionList(
      stack.functions.functions.map((info) => (info.url === undefined ? info : { ...info, url: shownUrl(info.url) })),
      options.paint,
    ),
    endpoints(stack, options.dataDir),
    ...(options.notice ? [describePackage(options.notice, options.dataDir)] : []),
    await tryIt(stack, options.scriptRoot),
  ];
  return sections.join('');
}

/** The address of a function as Core Tools prints it, where `localhost` leads to the address that the host listens on. */
export function shownUrl(url: string): string {
  return url.replace(/^(https?:\/\/)(?:127\.0\.0\.1|0\.0\.0\.0|\[::\])(?=[:/]|$)/, '$1localhost');
}

function endpoints(stack: Stack, dataDir: string | undefined): string {
  const kept = dataDir === undefined ? 'kept in memory, gone when this process ends' : `kept in ${dataDir}`;
  const lines = [
    `Functions:     ${shownUrl(stack.functions.url)}`,
    `Cosmos DB:     ${stack.cosmos.endpoint} (${kept})`,
    `Token issuer:  ${stack.issuer.issuer}`,
    ...storageLine(stack),
  ];
  return `\n${lines.join('\n')}\n`;
}

/** Only where a function uses it. */
function storageLine({ functions: { functions }, storage }: Stack): readonly string[] {
  if (!functions.some(({ usesDevelopmentStorage }) => usesDevelopmentStorage)) return [];
  const hasWork = !storage.isUnused && functions.some(({ storageSource }) => storageSource);
  return [
    `Storage:       ${hasWork ? 'starts now, with the data of earlier runs' : 'starts with the first message or blob'}`,
  ];
}

/** What runs, and what a developer would otherwise wonder about: where settings came from, and where the keys are. */
function describePackage({ file, sha256, settingsFile }: PackageNotice, dataDir: string | undefined): string {
  const settings = settingsFile === null ? 'the environment alone' : `${settingsFile}, and the environment`;
  const keys = dataDir === undefined ? 'made anew at each start' : join(dataDir, 'functions', 'secrets');
  return `Package:       ${file} (SHA-256 ${sha256})\nApp settings:  ${settings}\nFunction keys: ${keys}\n`;
}

/** The first function that takes a POST and has an example body in the app's `examples` folder; nothing without one. */
async function tryIt(stack: Stack, scriptRoot: string): Promise<string> {
  for (const info of stack.functions.functions) {
    const body = await readExample(scriptRoot, info);
    if (!body || !info.url) continue;
    return `\nTry it:\n\n${curlCommand({ url: shownUrl(info.url), body, token: await stack.issuer.mint() })}\n\n`;
  }
  return '\n';
}

/** `CreateOperation` has its example in `examples/create-operation.json`. */
async function readExample(scriptRoot: string, { name, methods }: FunctionInfo): Promise<unknown> {
  if (!methods.includes('POST')) return undefined;
  const kebabCase = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
  try {
    return JSON.parse(await readFile(join(scriptRoot, 'examples', `${kebabCase}.json`), 'utf8'));
  } catch {
    return undefined; // an example is a courtesy: none, or one that is not JSON, is passed over
  }
}
