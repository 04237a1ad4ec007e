import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CommandError } from '../errors.ts';
import { dataDirOf, findStack, type RunFile } from '../run-file.ts';
import type { Terminal } from '../terminal.ts';
import { requestHost } from './request-host.ts';

export interface KeysFlags {
  readonly dataDir?: string;
  readonly json: boolean;
}

export interface KeysDependencies {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
}

/** Values by the names of the keys. */
type Keys = Readonly<Record<string, string>>;

/** Absent: not asked for. */
interface FoundKeys {
  readonly host?: Keys;
  readonly system?: Keys;
  /** By the names of the functions. */
  readonly functions: Readonly<Record<string, Keys>>;
}

const SCHEMA_VERSION = 1;

/**
 * Prints keys of the stack that runs in the data directory, which makes those that a function does not have yet; where
 * none runs, the keys that an earlier one has left. Given the name of a function, its keys alone.
 */
export async function keys(
  name: string | undefined,
  flags: KeysFlags,
  { terminal, env }: KeysDependencies,
): Promise<void> {
  const running = await findStack({ ...flags, env });
  const found = running ? await keysOfHost(running, name) : await keysOfFolder(secretsFolder(dataDirOf(flags)), name);
  terminal.out(flags.json ? `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...found })}\n` : toText(found, name));
}

/** Where the host keeps `host.json` and a file for each function. */
function secretsFolder(stateDir: string): string {
  return join(stateDir, 'functions', 'secrets');
}

async function keysOfHost(run: RunFile, name: string | undefined): Promise<FoundKeys> {
  const stateDir = run.dataDir ?? run.stateDir;
  const files = stateDir === undefined ? new Map<string, KeyFile>() : await readKeyFiles(secretsFolder(stateDir));
  const masterKey = files.get('host')?.host?.master;
  const get = (path: string) => getJson(new URL(path, run.functions), masterKey, run.functionsFingerprint);
  const ofFunction = async (fn: string) => listedKeys(await get(`/admin/functions/${encodeURIComponent(fn)}/keys`));
  if (name !== undefined) return { functions: { [name]: await ofFunction(name) } };
  const master = member(await get('/admin/host/systemkeys/_master'), 'value');
  const functions: Record<string, Keys> = {};
  for (const fn of httpFunctions(await get('/admin/functions'))) functions[fn] = await ofFunction(fn);
  return {
    host: { master: String(master), ...listedKeys(await get('/admin/host/functionkeys')) },
    system: listedKeys(await get('/admin/host/systemkeys')),
    functions,
  };
}

async function getJson(address: URL, key: string | undefined, fingerprint: string | undefined): Promise<unknown> {
  const { status, body } = await requestHost(address, { method: 'GET', key, fingerprint });
  if (status === 200) return JSON.parse(body);
  const [, , , name] = address.pathname.split('/');
  const message =
    status === 404 && name !== undefined
      ? `The host at ${address.origin} has no function '${decodeURIComponent(name)}'. It lists those it has at ${address.origin}/admin/functions`
      : `The host at ${address.origin} answered ${status} when it was asked for its keys`;
  throw new CommandError('KeysNotRead', message);
}

/** From `{ keys: [{ name, value }] }`. */
function listedKeys(body: unknown): Keys {
  const listed = member(body, 'keys');
  const entries = (Array.isArray(listed) ? listed : []).map((key) => [member(key, 'name'), member(key, 'value')]);
  return Object.fromEntries(entries);
}

/** Only these are called by key. */
function httpFunctions(body: unknown): readonly string[] {
  const listed = Array.isArray(body) ? body.filter((fn) => member(fn, 'isDirect') === true) : [];
  return listed.map((fn) => String(member(fn, 'name')));
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

async function keysOfFolder(folder: string, name: string | undefined): Promise<FoundKeys> {
  const files = await readKeyFiles(folder);
  const ofFunction = (file: string): Keys => files.get(file)?.function ?? {};
  if (name !== undefined && files.has(name.toLowerCase()))
    return { functions: { [name]: ofFunction(name.toLowerCase()) } };
  const host = files.get('host')?.host;
  if (name !== undefined || host === undefined) {
    const owner = name === undefined ? '' : ` of function '${name}'`;
    const message = `No stack is running here, and ${folder} has no keys${owner}. Start the app with \`lazurite start --enableAuth\`, then ask again`;
    throw new CommandError('NoKeys', message);
  }
  const names = [...files.keys()].filter((file) => file !== 'host');
  return {
    host,
    system: files.get('host')?.system ?? {},
    functions: Object.fromEntries(names.map((file) => [file, ofFunction(file)])),
  };
}

type KeyFile = Readonly<Partial<Record<'host' | 'system' | 'function', Keys>>>;

/** By the names of the files without `.json`; empty where there is no such folder. */
async function readKeyFiles(folder: string): Promise<ReadonlyMap<string, KeyFile>> {
  const names = await readdir(folder).catch(() => []);
  const files = new Map<string, KeyFile>();
  for (const name of names.filter((file) => file.endsWith('.json'))) {
    try {
      // The host checks what it reads, and writes no other form.
      files.set(basename(name, '.json'), JSON.parse(await readFile(join(folder, name), 'utf8')) as KeyFile);
    } catch (cause) {
      throw new CommandError('KeysNotRead', `${join(folder, name)} cannot be read as function keys`, { cause });
    }
  }
  return files;
}

function toText({ host, system, functions }: FoundKeys, name: string | undefined): string {
  if (name !== undefined) return toLines(functions[name] ?? {}, '');
  const sections = [['Host', host ?? {}], ['System', system ?? {}], ...Object.entries(functions)] as const;
  return sections
    .filter(([, all]) => Object.keys(all).length > 0)
    .map(([title, all]) => `${title}:\n${toLines(all, '  ')}`)
    .join('');
}

function toLines(all: Keys, indent: string): string {
  return Object.entries(all)
    .map(([key, value]) => `${indent}${key}  ${value}\n`)
    .join('');
}
