import { createWriteStream, readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { LocalCertificate } from '@lazurite/http';
import { systemRandomness } from '@lazurite/runtime';
import { Command, InvalidArgumentError } from 'commander';
import { WELL_KNOWN_KEY } from '../auth/authorizer.ts';
import type { OnProgress } from '../transfer/progress.ts';

/** The whole command line. The server and the transfer are loaded when a command needs them. */
export function createProgram(dependencies: CommandDependencies): Command {
  return new Command('lazurite-cosmos')
    .description('A durable server that speaks the Cosmos DB (NoSQL API) protocol')
    .version(readVersion(), '-v, --version')
    .showHelpAfterError('(--help shows what there is)')
    .addCommand(serveCommand(dependencies), { isDefault: true })
    .addCommand(exportCommand(dependencies))
    .addCommand(importCommand(dependencies))
    .addCommand(verifyCommand(dependencies))
    .addCommand(repairCommand(dependencies));
}

function serveCommand(dependencies: CommandDependencies): Command {
  return new Command('serve')
    .description('Start the server (the default)')
    .option('-p, --port <number>', 'port; 0 means any', parsePort, 8081)
    .option('--address <address>', 'address to listen on', '127.0.0.1')
    .option('--allowed-hosts <names>', 'more names by which it is reached, separated by commas; * for all', parseNames)
    .option('--data-dir <folder>', 'where data outlives a restart', '.lazurite')
    .option('--in-memory', 'keep no data', false)
    .option('--key <base64>', 'account key', parseKey, WELL_KNOWN_KEY)
    .option('--read-only-key <base64>', 'a second key, which may only read', parseKey)
    .option('--https', 'serve TLS, with a certificate kept in the data folder', false)
    .option('--enforce-throughput', 'answer 429 above the provisioned request units', false)
    .option('--json', 'say where it listens as one line of JSON', false)
    .action((flags: ServeFlags) => serve(flags, dependencies));
}

function exportCommand(dependencies: CommandDependencies): Command {
  return new Command('export')
    .description('Write a database as NDJSON, while no server uses the folder')
    .argument('<database>')
    .option('--data-dir <folder>', 'folder of cosmos.db, or data directory of `lazurite start`', '.lazurite')
    .option('--file <path>', 'where to write (default: stdout)')
    .action((database: string, flags: ExportFlags) => exportTo(database, flags, dependencies));
}

function importCommand(dependencies: CommandDependencies): Command {
  return new Command('import')
    .description('Make a database of an export, while no server uses the folder')
    .option('--data-dir <folder>', 'folder of cosmos.db, or data directory of `lazurite start`', '.lazurite')
    .option('--file <path>', 'what to read (default: stdin)')
    .option('--as <database>', 'another id for the database')
    .action((flags: ImportFlags) => importFrom(flags, dependencies));
}

function verifyCommand(dependencies: CommandDependencies): Command {
  return new Command('verify')
    .description(
      'Check that all data is there and undamaged, while no server uses the folder; the exit code is 1 otherwise',
    )
    .argument('[folder]', 'folder of cosmos.db, or data directory of `lazurite start`', '.lazurite')
    .option('--json', 'say what is found as one line of JSON for each cosmos.db', false)
    .action((folder: string, flags: { readonly json: boolean }) => verify(folder, flags, dependencies));
}

function repairCommand(dependencies: CommandDependencies): Command {
  return new Command('repair')
    .description('Keep what can be read of damaged data, say what is lost, and put the damaged files aside')
    .argument('[folder]', 'folder of cosmos.db, or data directory of `lazurite start`', '.lazurite')
    .option('--json', 'say what was done as one line of JSON for each cosmos.db', false)
    .action((folder: string, flags: { readonly json: boolean }) => repair(folder, flags, dependencies));
}

interface ServeFlags {
  readonly port: number;
  readonly address: string;
  readonly allowedHosts?: readonly string[];
  readonly dataDir: string;
  readonly inMemory: boolean;
  readonly key: string;
  readonly readOnlyKey?: string;
  readonly https: boolean;
  readonly enforceThroughput: boolean;
  readonly json: boolean;
}

/** Serves until a signal stops the process, then completes the requests in flight. */
async function serve(flags: ServeFlags, { process }: CommandDependencies): Promise<void> {
  const stopped = stopSignal(process);
  const { port, address, allowedHosts, key, readOnlyKey, enforceThroughput } = flags;
  const dataDir = resolve(flags.dataDir);
  const { startCosmos } = await import('../server/start-cosmos.ts');
  const certificate = flags.https ? await openCertificate(dataDir) : undefined;
  const server = await startCosmos({
    port,
    address,
    key,
    enforceThroughput,
    ...(allowedHosts && { allowedHosts }),
    ...(!flags.inMemory && { dataDir }),
    ...(readOnlyKey !== undefined && { readOnlyKey }),
    ...(certificate && { tls: certificate }),
  });
  const { endpoint, connectionString } = server;
  const { trustCommand } = certificate ?? {};
  const ready = { event: 'ready', pid: process.pid, endpoint, key, connectionString, trustCommand };
  const location = flags.inMemory ? 'in memory' : `in ${dataDir}`;
  const trust = trustCommand === undefined ? '' : `Trust it:   ${trustCommand}\n`;
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(ready)}\n`
      : `Cosmos DB:  ${endpoint}  (data ${location})\nConnection: ${connectionString}\n${trust}`,
  );
  await stopped;
  await server.close();
}

/** 128 + SIGINT, as a shell reports it. */
const FORCED_EXIT_CODE = 130;

/** Resolves at the first signal. The second one ends the process at once. */
function stopSignal(process: NodeJS.Process): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        count += 1;
        if (count > 1) process.exit(FORCED_EXIT_CODE);
        resolve();
      });
    }
  });
}

async function openCertificate(dataDir: string): Promise<LocalCertificate> {
  const [{ openLocalCertificate }, { systemClock }] = await Promise.all([
    import('@lazurite/http'),
    import('@lazurite/runtime'),
  ]);
  return openLocalCertificate(dataDir, systemClock);
}

interface ExportFlags {
  readonly dataDir: string;
  readonly file?: string;
}

interface ImportFlags extends ExportFlags {
  readonly as?: string;
}

async function exportTo(
  database: string,
  { dataDir, file }: ExportFlags,
  { process }: CommandDependencies,
): Promise<void> {
  const { exportDatabase } = await import('../transfer/data-directory.ts');
  const lines = exportDatabase({ dataDir: resolve(dataDir) }, database, progressOn(process.stderr));
  // The standard output stays open afterwards.
  await (file === undefined ? pipeline(lines, process.stdout, { end: false }) : writeWhole(lines, file));
  process.stderr.write('\n');
}

/** Leaves a file with the whole export, or the file as it was before. */
async function writeWhole(lines: AsyncIterable<string>, file: string): Promise<void> {
  const unfinished = `${file}.${systemRandomness.uuid()}.tmp`;
  try {
    await pipeline(lines, createWriteStream(unfinished));
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function importFrom({ dataDir, file, as }: ImportFlags, { process }: CommandDependencies): Promise<void> {
  // Opened first: without it, no data directory is created.
  const input = file === undefined ? process.stdin : (await open(file)).createReadStream();
  const [{ importDatabase }, { chooseDataFolder }] = await Promise.all([
    import('../transfer/data-directory.ts'),
    import('../transfer/find-data.ts'),
  ]);
  const target = chooseDataFolder(resolve(dataDir));
  const onProgress = progressOn(process.stderr);
  const options = { onProgress, ...(as !== undefined && { database: as }) };
  const id = await importDatabase({ dataDir: target }, input, options);
  process.stderr.write(`\nImported the database '${id}' into ${target}\n`);
}

async function verify(folder: string, { json }: { json: boolean }, { process }: CommandDependencies): Promise<void> {
  const [{ findStores }, { verifyStore }] = await Promise.all([
    import('../transfer/find-data.ts'),
    import('../store/sqlite/open-database.ts'),
  ]);
  for (const dataDir of findStores(resolve(folder))) {
    const { problems, notes, checkedRows, foundCommits, expectedCommits } = verifyStore(dataDir);
    const isSound = problems.length === 0;
    if (!isSound) process.exitCode = 1;
    const lines = [
      `${dataDir}: ${isSound ? 'sound' : 'damaged'}, ${checkedRows} rows compared, ${foundCommits} commits`,
      ...problems.map((problem) => `  Problem: ${problem}`),
      ...notes.map((note) => `  Note: ${note}`),
    ];
    const result = { dataDir, isSound, problems, notes, checkedRows, foundCommits, expectedCommits };
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`);
  }
}

async function repair(folder: string, { json }: { json: boolean }, { process }: CommandDependencies): Promise<void> {
  const [{ findStores }, { verifyStore }, { repairStore }] = await Promise.all([
    import('../transfer/find-data.ts'),
    import('../store/sqlite/open-database.ts'),
    import('../store/sqlite/repair-store.ts'),
  ]);
  for (const dataDir of findStores(resolve(folder))) {
    if (verifyStore(dataDir).problems.length === 0) {
      process.stdout.write(
        json ? `${JSON.stringify({ dataDir, isSound: true })}\n` : `${dataDir}: sound, nothing to repair\n`,
      );
      continue;
    }
    const repaired = repairStore(dataDir);
    const { items, changes, resources, lost, movedTo } = repaired;
    const lines = [
      `${dataDir}: repaired; kept ${items} items, ${changes} changes and ${resources} other resources`,
      ...lost.map((line) => `  Lost: ${line}`),
      `  The damaged files are in ${movedTo}`,
    ];
    process.stdout.write(
      json ? `${JSON.stringify({ dataDir, isSound: false, ...repaired })}\n` : `${lines.join('\n')}\n`,
    );
  }
}

/** On a terminal, one line that is overwritten; elsewhere nothing. */
function progressOn(stderr: NodeJS.WriteStream): OnProgress {
  return ({ containers, items }) => {
    if (stderr.isTTY) stderr.write(`\r${containers} containers, ${items} items`);
  };
}

const MAX_PORT = 65_535;

function parseNames(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}

function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port <= MAX_PORT) return port;
  throw new InvalidArgumentError(`A port is a number from 0 to ${MAX_PORT}.`);
}

function parseKey(value: string): string {
  if (/^[A-Za-z0-9+/]{16,}={0,2}$/.test(value)) return value;
  throw new InvalidArgumentError('A key is base64, of 12 bytes or more.');
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  // Our own package.json.
  return (manifest as { version: string }).version;
}

/** Runs the command line, and sets the exit code of the process: 0 or 1. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await createProgram({ process }).parseAsync(args, { from: 'user' });
  } catch (error) {
    process.stderr.write(`lazurite-cosmos: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** What the commands need of the process. */
export interface CommandDependencies {
  readonly process: NodeJS.Process;
}
