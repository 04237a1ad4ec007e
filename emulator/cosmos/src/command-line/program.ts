import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { WELL_KNOWN_KEY } from '../auth/account-keys.ts';
import type { ServeFlags } from './serve.ts';
import type { ExportFlags, ImportFlags } from './transfer.ts';

/** The whole command line. A command's own code is loaded when it is called. */
export function createProgram(dependencies: CommandDependencies): Command {
  return new Command('lazurite-cosmos')
    .description('A durable server that speaks the Cosmos DB (NoSQL API) protocol')
    .version(readVersion(), '-v, --version')
    .showHelpAfterError('(--help shows what there is)')
    .addCommand(serveCommand(dependencies), { isDefault: true })
    .addCommand(exportCommand(dependencies))
    .addCommand(importCommand(dependencies));
}

function serveCommand(dependencies: CommandDependencies): Command {
  return new Command('serve')
    .description('Start the server (the default)')
    .option('-p, --port <number>', 'port; 0 means any', parsePort, 8081)
    .option('--address <address>', 'address to listen on', '127.0.0.1')
    .option('--data-dir <folder>', 'where data outlives a restart', '.lazurite')
    .option('--in-memory', 'keep no data', false)
    .option('--key <base64>', 'account key', parseKey, WELL_KNOWN_KEY)
    .option('--read-only-key <base64>', 'a second key, which may only read', parseKey)
    .option('--https', 'serve TLS, with a certificate kept in the data folder', false)
    .option('--enforce-throughput', 'answer 429 above the provisioned request units', false)
    .option('--json', 'say where it listens as one line of JSON', false)
    .action(async (flags: ServeFlags) => (await import('./serve.ts')).serve(flags, dependencies));
}

function exportCommand(dependencies: CommandDependencies): Command {
  return new Command('export')
    .description('Write a database as NDJSON, while no server uses the folder')
    .argument('<database>')
    .option('--data-dir <folder>', 'where the data is', '.lazurite')
    .option('--file <path>', 'where to write (default: stdout)')
    .action(async (database: string, flags: ExportFlags) =>
      (await import('./transfer.ts')).exportCommand(database, flags, dependencies),
    );
}

function importCommand(dependencies: CommandDependencies): Command {
  return new Command('import')
    .description('Make a database of an export, while no server uses the folder')
    .option('--data-dir <folder>', 'where the data goes', '.lazurite')
    .option('--file <path>', 'what to read (default: stdin)')
    .option('--as <database>', 'another id for the database')
    .action(async (flags: ImportFlags) => (await import('./transfer.ts')).importCommand(flags, dependencies));
}

const MAX_PORT = 65_535;

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
