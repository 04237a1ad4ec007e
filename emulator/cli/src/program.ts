import { readFileSync } from 'node:fs';
import type { Clock, Randomness } from '@lazurite/runtime';
import { Command } from 'commander';
import { normalizeArguments } from './arguments.ts';
import type { CallFlags } from './commands/call.ts';
import type { DoctorFlags } from './commands/doctor.ts';
import type { ExecFlags } from './commands/exec.ts';
import { addFuncCommands } from './commands/func-commands.ts';
import type { KeysFlags } from './commands/keys.ts';
import { addStartOptions, type StartFlags, syntaxOf } from './commands/start-command.ts';
import type { TokenFlags } from './commands/token.ts';
import { dataCommands } from './data/data-commands.ts';
import { CommandError } from './errors.ts';
import type { Terminal } from './terminal.ts';

export interface ProgramDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** What `func --version` says: its first number tells tools which runtime and programming models are understood. */
const FUNC_VERSION = '4.0.0';
/** Another version to say, for tools that ask for a range of those of Core Tools. */
const FUNC_VERSION_SETTING = 'LAZURITE_FUNC_VERSION';

/** Runs what the command line of `name` says. Rejects with what the command rejects with. */
export async function runProgram(
  name: string,
  args: readonly string[],
  dependencies: ProgramDependencies,
): Promise<void> {
  const syntax = syntaxOf(addStartOptions(new Command()));
  await createProgram(name, dependencies).parseAsync(normalizeArguments(args, syntax), { from: 'user' });
}

/** The whole command line: commands, flags and defaults. A command's own code is loaded when it is called. */
function createProgram(name: string, dependencies: ProgramDependencies): Command {
  const program = new Command(name)
    .description('Runs a function app on this machine, with Cosmos DB, storage and a token issuer')
    .version(name === 'func' ? funcVersion(dependencies.process.env) : readVersion(), '-v, --version')
    .enablePositionalOptions()
    .showHelpAfterError('(--help shows what there is)');
  program.addCommand(startCommand(name, dependencies));
  program.addCommand(
    new Command('host')
      .description('The same as start, as scripts for `func` write it')
      .addCommand(startCommand(name, dependencies)),
  );
  program.addCommand(execCommand(dependencies));
  program.addCommand(callCommand(dependencies));
  program.addCommand(keysCommand(dependencies));
  program.addCommand(doctorCommand(dependencies));
  program.addCommand(tokenCommand(dependencies));
  addFuncCommands(program, {
    ...dependencies,
    name,
    version: readVersion(),
    packageFolder: new URL('../', import.meta.url),
  });
  for (const command of dataCommands(dependencies)) program.addCommand(command);
  return program;
}

function startCommand(name: string, dependencies: ProgramDependencies): Command {
  const command = new Command('start').description(
    'Start the functions host, the Cosmos DB-compatible server, the token issuer, and storage once it is used',
  );
  return addStartOptions(command).action(async (words: readonly string[], flags: StartFlags) => {
    const { start } = await import('./commands/start.ts');
    await start(flags, words, { ...dependencies, name, version: readVersion() });
  });
}

function execCommand(dependencies: ProgramDependencies): Command {
  return new Command('exec')
    .description('Start everything on free ports, run a command with the addresses in its environment, stop everything')
    .argument('<command...>', 'the command and its arguments, after --')
    .option('--script-root <folder>', 'folder of the function app', '.')
    .option('--data-dir <folder>', 'where data outlives the command (default: nothing is kept)')
    .option('--verbose', 'show the output of the function app on stderr', false)
    .passThroughOptions()
    .action(async (command: readonly string[], flags: ExecFlags) => {
      const { exec } = await import('./commands/exec.ts');
      await exec(flags, command, dependencies);
    });
}

function callCommand({ terminal, process }: ProgramDependencies): Command {
  return new Command('call')
    .description(
      'Call a function of a running host by its name, whatever its trigger, and print its status, result and logs',
    )
    .argument('<name>', 'name of the function')
    .option('--data <text>', 'what the trigger hands over; @file reads a file')
    .option('--url <url>', 'address of the host (default: the one that runs in this folder)')
    .option('--data-dir <folder>', 'data directory of the stack (default: ".lazurite")')
    .option('--key <key>', 'the master key, for a host with --enableAuth')
    .option('--json', 'write what came of it as one JSON object', false)
    .action(async (name: string, flags: CallFlags) => {
      const { call } = await import('./commands/call.ts');
      await call(name, flags, { terminal, process });
    });
}

function keysCommand({ terminal, process }: ProgramDependencies): Command {
  return new Command('keys')
    .description('Print the keys that a host with --enableAuth or --package asks for')
    .argument('[name]', 'name of a function: print its keys alone')
    .option('--data-dir <folder>', 'data directory of the stack (default: ".lazurite")')
    .option('--json', 'write the keys as one JSON object', false)
    .action(async (name: string | undefined, flags: KeysFlags) => {
      const { keys } = await import('./commands/keys.ts');
      await keys(name, flags, { terminal, env: process.env });
    });
}

function doctorCommand(dependencies: ProgramDependencies): Command {
  return new Command('doctor')
    .description('Look for what keeps a function app from running here, and for what will differ in Azure')
    .option('--script-root <folder>', 'folder of the function app', '.')
    .option('--json', 'write the findings as one JSON object', false)
    .action(async (flags: DoctorFlags) => {
      const { doctor } = await import('./commands/doctor.ts');
      await doctor(flags, dependencies);
    });
}

function tokenCommand(dependencies: ProgramDependencies): Command {
  return new Command('token')
    .description('Print a bearer token from the running local issuer')
    .option('--url <url>', 'URL of the issuer (default: the one that runs in this folder)')
    .option('--issuer <url>', 'the same as --url')
    .option('--data-dir <folder>', 'data directory of the stack (default: ".lazurite")')
    .option('--scopes <names>', 'delegated permissions, separated by spaces (default: "Chat.ReadWrite")')
    .option('--roles <names>', 'application permissions, separated by spaces')
    .option('--subject <id>', 'whom the token is about')
    .option('--expires-in <duration>', 'for example 30s, 5m, 1h', '1h')
    .action(async (flags: TokenFlags) => {
      const { token } = await import('./commands/token.ts');
      await token(flags, dependencies);
    });
}

/** @throws CommandError */
function funcVersion({ [FUNC_VERSION_SETTING]: version = FUNC_VERSION }: NodeJS.ProcessEnv): string {
  if (/^\d+\.\d+\.\d+$/.test(version)) return version;
  throw new CommandError(
    'InvalidSetting',
    `${FUNC_VERSION_SETTING} must be a version such as 4.2.1, but is '${version}'`,
  );
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  // Our own package.json.
  return (manifest as { version: string }).version;
}
