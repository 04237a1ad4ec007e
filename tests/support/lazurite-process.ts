import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ANY_PORTS } from '../../scripts/any-port.ts';

/** What `lazurite start --json` says first. */
export interface ReadyEvent {
  readonly schemaVersion: number;
  readonly event: 'ready';
  readonly functions: string;
  readonly cosmos: string;
  readonly issuer: string;
  readonly pid: number;
}

export interface LazuriteProcess {
  readonly ready: ReadyEvent;
  /** Sends the signal to the first process alone and waits for its end. Resolves with the exit code, null when killed. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Sends SIGINT to every process of the stack, as Ctrl-C in a terminal does, and waits for the first one's end. */
  interrupt(): Promise<number | null>;
  /** Ends every process of the stack at once, as a power cut would. */
  kill(): Promise<void>;
  /** Whether any process of the stack still runs. */
  hasProcesses(): boolean;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const repositoryRoot = resolve(import.meta.dirname, '../..');
const launcher = resolve(repositoryRoot, 'emulator/cli/bin/lazurite.js');
/** No command takes as long; one that hangs must not outlive its test. */
const COMMAND_TIMEOUT_MS = 60_000;

/** Runs the built command line to its end. */
export function runLazurite(args: readonly string[], cwd?: string): Promise<CommandResult> {
  return runScript(launcher, args, cwd);
}

/** Runs a script of this repository to its end. */
export async function runScript(
  script: string,
  args: readonly string[] = [],
  cwd: string = repositoryRoot,
): Promise<CommandResult> {
  const child = spawn(process.execPath, [resolve(repositoryRoot, script), ...args], {
    cwd,
    timeout: COMMAND_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [exitCode] = (await once(child, 'close')) as [number | null]; // node:child_process, event 'close'
  return { exitCode, ...output };
}

/** Runs `lazurite start` until it ends by itself, in a process group of its own; says whether it left a process behind. */
export async function runFailingStart(
  args: readonly string[],
  cwd: string,
): Promise<CommandResult & { readonly leavesProcesses: boolean }> {
  const child = spawn(process.execPath, [launcher, 'start', ...args], {
    cwd,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => killTree(child), COMMAND_TIMEOUT_MS);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [exitCode] = (await once(child, 'close')) as [number | null]; // node:child_process, event 'close'
  clearTimeout(timer);
  return { exitCode, ...output, leavesProcesses: isRunning(child) };
}

/** Starts the built command line with `--json` on free ports; later `args` win. Rejects with its stderr when it ends first. */
export async function startLazurite(args: readonly string[] = []): Promise<LazuriteProcess> {
  const child = spawn(process.execPath, [launcher, 'start', '--json', ...ANY_PORTS, ...args], {
    cwd: repositoryRoot,
    // A process group of its own, so that kill() reaches the worker too.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close') as Promise<[number | null]>; // node:child_process, event 'close'
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const lines = createInterface({ input: child.stdout });
  const first = once(lines, 'line').then(([line]) => JSON.parse(String(line)) as ReadyEvent); // asserted by a test
  const ready = await Promise.race([
    first,
    exited.then(([code]) => Promise.reject(new Error(`lazurite start ended with ${code}: ${stderr}`))),
  ]);
  return {
    ready,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return (await exited)[0];
    },
    interrupt: async () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      return (await exited)[0];
    },
    kill: async () => {
      killTree(child);
      await exited;
    },
    hasProcesses: () => isRunning(child),
  };
}

function isRunning({ pid }: ChildProcess): boolean {
  return pid !== undefined && isAlive(process.platform === 'win32' ? pid : -pid);
}

/** A negative number stands for a process group, where there are such. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/t', '/f']);
  else process.kill(-child.pid, 'SIGKILL');
}
