// `npm run dev`: bundles the app and the command line, runs `lazurite start` with the flags given, and keeps both up to
// date. The host reloads the app when its bundle changes; a change of the command line starts the stack again. Type
// errors are shown and stop nothing. What runs is never removed (bundle/publish.ts), so a failed build leaves it running.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { context } from 'esbuild';
import { app, type Bundle, commandLine, dashboardPage, root } from './bundle/bundles.ts';
import { publisher } from './bundle/publish.ts';

/** Requests in flight may end first. */
const STOP_TIMEOUT_MS = 15_000;
const PARENT_POLL_MS = 500;

const stdout = 1;
const stderr = 2;
const unbuilt = new Set<Bundle>([app, commandLine, dashboardPage]);
let stack: ChildProcess | undefined;
let changes = Promise.resolve();
let isRestartDue = false;
let isStopping = false;

const typeCheckArgs = ['-p', 'scripts/tsconfig.json', '--watch', '--preserveWatchOutput'];
const typeCheck = run(['node_modules/typescript/lib/tsc.js', ...typeCheckArgs], { stdio: ['ignore', stderr, stderr] });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll());
// A signal for npm alone ends the shell between npm and this process, which hears nothing of it.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && void stopAll(), PARENT_POLL_MS);

await Promise.all([app, commandLine, dashboardPage].map(watch));

async function watch(bundle: Bundle): Promise<void> {
  const { options } = bundle;
  const plugins = [...options.plugins, publisher(bundle, (hasChanged) => onPublished(bundle, hasChanged))];
  const builds = await context({ ...options, plugins, logLevel: 'warning' });
  await builds.watch();
}

function onPublished(bundle: Bundle, hasChanged: boolean): void {
  unbuilt.delete(bundle);
  if (unbuilt.size > 0) return;
  if (!isRunning(stack) || (bundle === commandLine && hasChanged)) scheduleRestart();
}

/** Several changes in a row need one restart. */
function scheduleRestart(): void {
  if (isRestartDue) return;
  isRestartDue = true;
  changes = changes.then(restart);
}

async function restart(): Promise<void> {
  const old = stack;
  stack = undefined;
  if (isRunning(old)) {
    say('The emulator has changed: starting again');
    await end(old);
  }
  isRestartDue = false;
  if (isStopping) return;
  const started = run(['emulator/cli/bin/lazurite.js', 'start', ...process.argv.slice(2)], {
    stdio: ['ignore', stdout, stderr],
  });
  stack = started;
  started.once('exit', (code, signal) => {
    if (stack === started && !isStopping)
      say(`lazurite start ended (${signal ?? code}). The next change starts it again`);
  });
}

async function stopAll(): Promise<void> {
  if (isStopping) return; // a terminal and npm may both send a signal for one Ctrl-C
  isStopping = true;
  await Promise.all([end(typeCheck), changes.then(() => end(stack))]);
  process.exit(0);
}

/** Starts a script in a process group of its own: a Ctrl-C reaches this process alone, which then ends the others. */
function run(args: readonly string[], options: SpawnOptions): ChildProcess {
  const [script = '', ...rest] = args;
  return spawn(process.execPath, [resolve(root, script), ...rest], {
    cwd: root,
    detached: process.platform !== 'win32',
    ...options,
  });
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!isRunning(child)) return;
  const ended = once(child, 'exit');
  // The type check has nothing to lose, and tsc does not always heed SIGTERM. The stack ends its worker itself.
  if (child === typeCheck) killGroup(child);
  else child.kill('SIGTERM');
  const deadline = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(deadline);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // it has just ended
  }
}

function isRunning(child: ChildProcess | undefined): child is ChildProcess {
  return child?.exitCode === null && child.signalCode === null;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
