import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { WELL_KNOWN_KEY } from '../server/start-cosmos.ts';
import type { CommandParts } from './command-parts.ts';
import type { ServeFlags } from './serve.ts';
import type { ExportFlags, ImportFlags } from './transfer.ts';

/** The whole command line. A command's own code is loaded when it is called. */
export function createProgram(parts: CommandParts): Command {
  return new Command('lazurite-cosmos')
    .description('A durable server that speaks the Cosmos DB (NoSQL API) protocol')
    .version(readVersion(), '-v, --version')
    .showHelpAfterError('(--help shows what there is)')
    .addCommand(serveCommand(parts), { isDefault: true })
    .addCommand(exportCommand(parts))
    .addCommand(importCommand(parts));
}

function serveCommand(parts: CommandParts): Command {
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
    .action(async (flags: ServeFlags) => (await import('./serve.ts')).serve(flags, parts));
}

function exportCommand(parts: CommandParts): Command {
  return new Command('export')
    .description('Write a database as NDJSON, while no server uses the folder')
    .argument('<database>')
    .option('--data-dir <folder>', 'folder of cosmos.db, or data directory of `lazurite start`', '.lazurite')
    .option('--file <path>', 'where to write (default: stdout)')
    .action(async (database: string, flags: ExportFlags) =>
      (await import('./transfer.ts')).exportCommand(database, flags, parts),
    );
}

function importCommand(parts: CommandParts): Command {
  return new Command('import')
    .description('Make a database of an export, while no server uses the folder')
    .option('--data-dir <folder>', 'folder of cosmos.db, or data directory of `lazurite start`', '.lazurite')
    .option('--file <path>', 'what to read (default: stdin)')
    .option('--as <database>', 'another id for the database')
    .action(async (flags: ImportFlags) => (await import('./transfer.ts')).importCommand(flags, parts));
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
