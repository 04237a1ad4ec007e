import { readFileSync } from 'node:fs';
import type { Clock, Randomness } from '@lazurite/runtime';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { StartFlags } from './commands/start.ts';
import type { TokenFlags } from './commands/token.ts';
import type { Terminal } from './terminal.ts';

export interface ProgramParts {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** The whole command line: commands, flags and defaults. A command's own code is loaded when it is called. */
export function createProgram(name: string, parts: ProgramParts): Command {
  const program = new Command(name)
    .description('Runs a function app on this machine, with Cosmos DB and a token issuer')
    .version(readVersion(), '-v, --version')
    .showHelpAfterError('(--help shows what there is)');
  program.addCommand(startCommand(parts));
  program.addCommand(
    new Command('host')
      .description('The same as start, as scripts for `func` write it')
      .addCommand(startCommand(parts)),
  );
  program.addCommand(tokenCommand(parts));
  return program;
}

function startCommand(parts: ProgramParts): Command {
  return new Command('start')
    .description('Start the functions host, the Cosmos DB-compatible server and the token issuer')
    .addOption(portOption('-p, --port <number>', 'port of the functions host; 0 means any', 7071))
    .addOption(portOption('--cosmos-port <number>', 'port of the Cosmos DB-compatible server; 0 means any', 8081))
    .addOption(portOption('--issuer-port <number>', 'port of the token issuer; 0 means any', 7072))
    .option('--address <address>', 'address to listen on', '127.0.0.1')
    .option('--data-dir <folder>', 'where data outlives a restart', '.lazurite')
    .option('--in-memory', 'keep no data', false)
    .option('--script-root <folder>', 'folder of the function app', '.')
    .option('--json', 'write events to stdout, one JSON object a line', false)
    .option('--verbose', 'log more', false)
    .action(async (flags: StartFlags) => {
      const { start } = await import('./commands/start.ts');
      await start(flags, { ...parts, version: readVersion() });
    });
}

function tokenCommand(parts: ProgramParts): Command {
  return new Command('token')
    .description('Print a bearer token from the running local issuer')
    .option('--issuer <url>', 'URL of the issuer', 'http://127.0.0.1:7072')
    .option('--scopes <names>', 'delegated permissions, separated by spaces (default: "Chat.ReadWrite")')
    .option('--roles <names>', 'application permissions, separated by spaces')
    .option('--subject <id>', 'whom the token is about')
    .option('--expires-in <duration>', 'for example 30s, 5m, 1h', '1h')
    .action(async (flags: TokenFlags) => {
      const { token } = await import('./commands/token.ts');
      await token(flags, parts.terminal);
    });
}

function portOption(flags: string, description: string, defaultPort: number): Option {
  return new Option(flags, description).default(defaultPort).argParser(parsePort);
}

const MAX_PORT = 65_535;

function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port <= MAX_PORT) return port;
  throw new InvalidArgumentError(`A port is a number from 0 to ${MAX_PORT}.`);
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  // Our own package.json.
  return (manifest as { version: string }).version;
}
