// Runs command lines as a person at a terminal does: in a shell, as the leader of a group of processes that Ctrl-C reaches.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;
const STOP_TIMEOUT_MS = 30_000;

export interface ShellOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

export interface Finished {
  /** Undefined where a signal ended it. */
  readonly exitCode: number | undefined;
  readonly output: string;
}

export async function runToEnd(command: string, options: ShellOptions): Promise<Finished> {
  const running = startInShell(command, options);
  const timeout = new AbortController();
  const outcome = await Promise.race([
    running.ended,
    delay(options.timeoutMs, 'late' as const, { signal: timeout.signal }),
  ]);
  timeout.abort();
  if (outcome === 'late') {
    await running.kill();
    throw new Error(`It did not end within ${options.timeoutMs / 1_000} s${tail(running.output())}`);
  }
  return { exitCode: outcome, output: running.output() };
}

export interface Running {
  output(): string;
  /** Resolves with the exit code, undefined where a signal ended it. */
  readonly ended: Promise<number | undefined>;
  /** Resolves when the output matches. */
  waitFor(pattern: RegExp): Promise<void>;
  /** Presses Ctrl-C, and throws when a process is left. */
  interrupt(): Promise<void>;
  kill(): Promise<void>;
}

const groups = new Set<ChildProcess>();

/** For when the check itself is ended: what it started is in groups of its own, which its own Ctrl-C does not reach. */
export function killAll(): void {
  for (const leader of groups) signalGroup(leader, 'SIGKILL');
}

export function startInShell(command: string, options: ShellOptions): Running {
  const child = spawn('bash', ['-c', command], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  groups.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close').then(() => child.exitCode ?? undefined);
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
    groups.delete(child);
  });
  return {
    output: () => output,
    ended,
    async waitFor(pattern) {
      for (const until = Date.now() + options.timeoutMs; !pattern.test(output); await delay(POLL_MS)) {
        if (isEnded) throw new Error(`It ended before it printed ${pattern}${tail(output)}`);
        if (Date.now() > until)
          throw new Error(`It did not print ${pattern} within ${options.timeoutMs / 1_000} s${tail(output)}`);
      }
    },
    async interrupt() {
      signalGroup(child, 'SIGINT');
      for (const until = Date.now() + STOP_TIMEOUT_MS; signalGroup(child, 0); await delay(POLL_MS)) {
        if (Date.now() > until) {
          signalGroup(child, 'SIGKILL');
          throw new Error(`Ctrl-C left processes for ${STOP_TIMEOUT_MS / 1_000} s${tail(output)}`);
        }
      }
    },
    async kill() {
      if (signalGroup(child, 'SIGKILL')) await ended;
    },
  };
}

/** Whether there was a process to signal. */
function signalGroup(leader: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (leader.pid === undefined) return false;
  try {
    return process.kill(-leader.pid, signal);
  } catch {
    return false; // ESRCH: the group is empty
  }
}

/** Processes that work in a folder or below it, whatever group they are in. Only Linux tells; elsewhere there are none. */
export async function processesBelow(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const places = await Promise.all(ids.map((id) => readlink(`/proc/${id}/cwd`).catch(() => '')));
  return ids.filter((_, at) => places[at] === folder || places[at]?.startsWith(`${folder}/`));
}

export async function isTaken(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).then((taken) => {
    socket.destroy();
    return taken === true;
  });
}

export function tail(output: string): string {
  const lines = output.trimEnd().split('\n').slice(-15);
  return `, and printed last:\n    ${lines.join('\n    ')}`;
}
