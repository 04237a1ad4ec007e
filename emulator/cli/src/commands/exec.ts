import type { ChildProcess } from 'node:child_process';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { HostEvent } from '@lazurite/functions';
import { type Clock, type Randomness, Shutdown } from '@lazurite/runtime';
import spawn from 'cross-spawn';
import { CommandError } from '../errors.ts';
import { createLog } from '../output/log.ts';
import { RUN_FILE_VARIABLE, runFilePath, writeRunFile } from '../run-file.ts';
import { type Stack, startStack } from '../stack.ts';
import type { Terminal } from '../terminal.ts';

export interface ExecFlags {
  readonly scriptRoot: string;
  readonly dataDir?: string;
  readonly verbose: boolean;
}

export interface ExecDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command while everything runs, and ends with its exit code (128 + number when a signal ended it). A signal to
 * this process is passed on: the command decides what it means.
 */
export async function exec(
  flags: ExecFlags,
  command: readonly string[],
  dependencies: ExecDependencies,
): Promise<void> {
  const { process, terminal, clock, randomness } = dependencies;
  const early: NodeJS.Signals[] = [];
  let pass = (signal: NodeJS.Signals): void => void early.push(signal);
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      // Ctrl-C reaches the command from the terminal itself.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) pass(signal);
    });
  }
  const scriptRoot = resolve(flags.scriptRoot);
  const dataDir = flags.dataDir === undefined ? undefined : resolve(flags.dataDir);
  const stack = await startStack({
    scriptRoot,
    clock,
    randomness,
    env: process.env,
    ...(dataDir !== undefined && { dataDir }),
    ...(flags.verbose && { onEvent: (event) => printEvent(event, terminal) }),
    log: createLog(terminal, { clock, verbose: false }),
  });
  const running = new Shutdown();
  running.add(stack);
  try {
    const runDir = dataDir ?? join(tmpdir(), `lazurite-exec-${stack.id}`);
    const startedAt = new Date(clock.now()).toISOString();
    running.add(
      await writeRunFile(runDir, stack, { pid: process.pid, startedAt, scriptRoot, dataDir: dataDir ?? null }),
    );
    const env = { ...process.env, ...(await endpointsOf(stack)), [RUN_FILE_VARIABLE]: runFilePath(runDir) };
    if (early.length > 0) process.exitCode = exitCodeOf(null, early[0] ?? null);
    else
      process.exitCode = await run(command, env, (child) => {
        pass = (signal) => void child.kill(signal);
      });
  } finally {
    await running.close();
  }
}

function printEvent(event: HostEvent, terminal: Terminal): void {
  if (event.type === 'log') terminal.error(`${event.message}\n`);
  if (event.type === 'console') terminal.error(`${event.line}\n`);
}

function run(
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  onStart: (child: ChildProcess) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: 'inherit' });
    onStart(child);
    child.once('error', (cause) => {
      reject(new CommandError('CommandNotRun', `'${file}' cannot be run: ${cause.message}`, { cause }));
    });
    child.once('exit', (code, signal) => resolve(exitCodeOf(code, signal)));
  });
}

/** As a shell reports it. */
function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** What a command learns of the stack. */
async function endpointsOf({ functions, cosmos, issuer, storage }: Stack): Promise<NodeJS.ProcessEnv> {
  return {
    LAZURITE_FUNCTIONS_URL: functions.url,
    LAZURITE_COSMOS_ENDPOINT: cosmos.endpoint,
    LAZURITE_COSMOS_CONNECTION_STRING: cosmos.connectionString,
    LAZURITE_STORAGE_CONNECTION_STRING: storage.connectionString,
    LAZURITE_ISSUER: issuer.issuer,
    LAZURITE_TOKEN: await issuer.mint(),
  };
}
