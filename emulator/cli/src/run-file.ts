import { readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Closeable, makeFolder } from '@lazurite/runtime';
import { CommandError } from './errors.ts';
import { fingerprintAt } from './pinned-certificate.ts';
import type { Stack } from './stack.ts';

/**
 * `run.json` in the data directory: how later commands find the stack that runs there. Written once everything serves,
 * removed when it stops. A stack that was killed leaves its file behind, so a reader asks the issuer for `id` before it
 * believes the rest. Only the owner can read it.
 */
export interface RunFile {
  /** Raised when a member changes in a way that a reader would misread; new members do not count. */
  readonly schemaVersion: 1;
  /** New at every start; `GET {issuer}/instance` answers with it. */
  readonly id: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly scriptRoot: string;
  /** Null: the stack keeps its data in memory. */
  readonly dataDir: string | null;
  /** Where a stack without a data directory keeps its function keys as long as it runs; absent with one. */
  readonly stateDir?: string;
  /** Origins, for example `http://127.0.0.1:7071`. */
  readonly functions: string;
  readonly cosmos: string;
  readonly issuer: string;
  readonly cosmosConnectionString: string;
  readonly storageConnectionString: string;
  /** Whether the stack runs its storage itself; absent: a version wrote the file that did not say so. */
  readonly ownsStorage?: boolean;
  /** The SHA-256 fingerprint of the certificate of `functions`; absent without TLS. */
  readonly functionsFingerprint?: string;
}

/** Names a run file to the commands that run inside `lazurite exec`. */
export const RUN_FILE_VARIABLE = 'LAZURITE_RUN_FILE';

const FILE_NAME = 'run.json';
const OWNER_ONLY = 0o600;
/** How long the issuer may take to answer; a stack that is stopped in a debugger does not answer at all. */
const CONFIRM_TIMEOUT_MS = 10_000;

export function runFilePath(folder: string): string {
  return join(folder, FILE_NAME);
}

export type RunDetails = Pick<RunFile, 'pid' | 'startedAt' | 'scriptRoot' | 'dataDir'>;

/**
 * Writes the run file of a stack into `folder`, which is made when absent. `close` removes both again, the folder only if
 * it was made here and is empty. A stack that keeps its data in memory leaves the file to another that runs there.
 */
export async function writeRunFile(folder: string, stack: Stack, details: RunDetails): Promise<Closeable> {
  const file = runFilePath(folder);
  if (details.dataDir === null && (await readRunning(file))) return { close: async () => undefined };
  const made = await makeFolder(folder);
  const content: RunFile = {
    schemaVersion: 1,
    id: stack.id,
    ...details,
    ...(details.dataDir === null && { stateDir: stack.stateDir }),
    ...addressesOf(stack),
    ...(await fingerprintsOf(stack)),
  };
  const draft = `${file}.${stack.id}.new`;
  await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: OWNER_ONLY, flag: 'wx' });
  await rename(draft, file);
  return {
    close: async () => {
      if ((await read(file))?.id === stack.id) await rm(file, { force: true });
      if (made !== undefined) await rmdir(folder).catch(() => undefined); // it holds something else by now
    },
  };
}

function addressesOf({ functions, cosmos, issuer, storage }: Stack) {
  return {
    functions: reachable(functions.url),
    cosmos: reachable(cosmos.endpoint),
    issuer: reachable(issuer.url),
    cosmosConnectionString: cosmos.connectionString,
    storageConnectionString: storage.connectionString,
    ownsStorage: !storage.isForeign,
  };
}

async function fingerprintsOf({ functions }: Stack): Promise<Pick<RunFile, 'functionsFingerprint'>> {
  const address = new URL(reachable(functions.url));
  return address.protocol === 'https:' ? { functionsFingerprint: await fingerprintAt(address) } : {};
}

/** Not every system connects to the address that stands for all of them. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

export interface StackLocation {
  /** As on the command line; absent: where `lazurite exec` says, else `.lazurite`. */
  readonly dataDir?: string;
  readonly env: NodeJS.ProcessEnv;
}

export const DEFAULT_DATA_DIR = '.lazurite';

/** The stack that runs in the data directory. Creates and changes nothing. @throws CommandError NoRunningStack */
export async function findRunningStack(location: StackLocation): Promise<RunFile> {
  const { dataDir, env } = location;
  const inherited = dataDir === undefined ? env[RUN_FILE_VARIABLE] : undefined;
  const file = inherited || runFilePath(dataDirOf(location));
  const running = await readRunning(file);
  if (running) return running;
  const message = `No stack is running here: ${file} names none. Run \`lazurite start\` in this folder, or name an address with --url`;
  throw new CommandError('NoRunningStack', message);
}

/** The same; undefined where none runs. */
export async function findStack(location: StackLocation): Promise<RunFile | undefined> {
  return findRunningStack(location).catch((error: unknown) => {
    if (error instanceof CommandError && error.code === 'NoRunningStack') return undefined;
    throw error;
  });
}

export function dataDirOf({ dataDir }: Pick<StackLocation, 'dataDir'>): string {
  return resolve(dataDir ?? DEFAULT_DATA_DIR);
}

async function readRunning(file: string): Promise<RunFile | undefined> {
  const run = await read(file);
  return run && isAlive(run.pid) && (await isConfirmed(run)) ? run : undefined;
}

async function read(file: string): Promise<RunFile | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRunFile(content) ? content : undefined;
  } catch {
    return undefined; // absent or unreadable: no stack can be found by it
  }
}

const TEXTS = ['id', 'startedAt', 'scriptRoot', 'cosmosConnectionString', 'storageConnectionString'] as const;
const ORIGINS = ['functions', 'cosmos', 'issuer'] as const;

function isRunFile(content: unknown): content is RunFile {
  if (typeof content !== 'object' || content === null) return false;
  const member = (name: keyof RunFile): unknown => Reflect.get(content, name);
  return (
    member('schemaVersion') === 1 &&
    Number.isSafeInteger(member('pid')) &&
    Number(member('pid')) > 0 &&
    TEXTS.every((name) => typeof member(name) === 'string') &&
    (member('dataDir') === null || typeof member('dataDir') === 'string') &&
    ['string', 'undefined'].includes(typeof member('stateDir')) &&
    ['boolean', 'undefined'].includes(typeof member('ownsStorage')) &&
    ['string', 'undefined'].includes(typeof member('functionsFingerprint')) &&
    ORIGINS.every((name) => /^https?:\/\//.test(String(member(name))) && URL.canParse(String(member(name))))
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // it is another user's
  }
}

/** The process and the port may be others by now. */
async function isConfirmed({ issuer, id }: RunFile): Promise<boolean> {
  try {
    const response = await fetch(`${issuer}/instance`, { signal: AbortSignal.timeout(CONFIRM_TIMEOUT_MS) });
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'id' in body && body.id === id;
  } catch {
    return false;
  }
}
