import { type ChildProcess, spawn } from 'node:child_process';
import type { Log } from '@lazurite/runtime';

/**
 * Reads `watch PID` and `forget PID` until the supervisor closes the pipe or dies with it, then kills the processes that
 * are left. They get a second to end by themselves. Signals from the terminal are for the supervisor to handle.
 */
const SCRIPT = `
trap '' INT TERM HUP
pids=
while read -r verb pid; do
  rest=
  for known in $pids; do [ "$known" = "$pid" ] || rest="$rest $known"; done
  [ "$verb" = watch ] && rest="$rest $pid"
  pids=$rest
done
[ -z "$pids" ] && exit
sleep 1
kill -9 $pids 2>/dev/null
`;

/**
 * Ends worker processes that outlive this one. A worker detects by itself that its supervisor is gone, but not while user
 * code keeps its event loop busy; so a shell waits for the end of a pipe that only the supervisor holds.
 *
 * A thread in the worker could do the same, and takes 12 MB; the shell takes 0.1 MB and no time of the worker. On Windows
 * libuv puts child processes in a job object that ends them with their parent.
 */
export class OrphanGuard {
  readonly #log: Log;
  readonly #pids = new Set<number>();
  #shell: ChildProcess | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts the shell; until then the processes are only remembered. */
  start(): void {
    if (this.#shell || process.platform === 'win32') return;
    const shell = spawn('/bin/sh', ['-c', SCRIPT], { cwd: '/', env: {}, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#shell = shell;
    const onError = (err: Error) => this.#log.warn({ err }, 'A busy worker process may outlive this process');
    shell.on('error', onError);
    shell.stdin?.on('error', onError);
    shell.unref();
    for (const pid of this.#pids) this.#write('watch', pid);
  }

  /** @param pid negative: a group of processes */
  watch(pid: number): void {
    if (pid === 0) return; // it could not be started
    this.#pids.add(pid);
    this.#write('watch', pid);
  }

  /** To be called when the process has exited. */
  forget(pid: number): void {
    this.#pids.delete(pid);
    this.#write('forget', pid);
  }

  /** Resolves when the shell has ended. */
  async close(): Promise<void> {
    const shell = this.#shell;
    if (!shell || shell.exitCode !== null || shell.pid === undefined) return;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    shell.ref();
    shell.once('exit', () => resolve());
    shell.stdin?.end();
    await ended;
  }

  #write(verb: 'watch' | 'forget', pid: number): void {
    this.#shell?.stdin?.write(`${verb} ${pid}\n`);
  }
}
