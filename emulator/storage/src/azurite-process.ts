import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Clock } from '@lazurite/runtime';
import type { ServiceOrigins } from './connection-string.ts';
import { StorageError } from './errors.ts';

export interface AzuriteOptions {
  /** The script that starts Azurite. */
  readonly script: string;
  /** Where its data is kept. */
  readonly location: string;
  readonly clock: Clock;
}

/** Azurite takes about a second; a machine under load several. */
const START_TIMEOUT_MS = 60_000;
/** How long Azurite may take to save its databases before it is ended. */
const STOP_TIMEOUT_MS = 10_000;
const LISTENING = /^Azurite (Blob|Queue|Table) service is successfully listening at (http:\S+)$/;
const KEPT_LINES = 20;

/** Starts Azurite on free loopback ports and resolves once all three services listen; else nothing is left running. */
export async function startAzurite(options: AzuriteOptions): Promise<{ child: ChildProcess; origins: ServiceOrigins }> {
  const preload = azuritePreload(options.script, STOP_TIMEOUT_MS);
  const child = spawn(process.execPath, ['--import', preload, options.script, ...azuriteArguments(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: azuriteEnvironment(),
    windowsHide: true,
    // A group of its own: Ctrl-C in a terminal must not end it before those who still use it.
    detached: process.platform !== 'win32',
  });
  try {
    return { child, origins: await waitUntilListening(child, options.clock) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Ends Azurite; it saves its data first. */
export async function stopAzurite(child: ChildProcess, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const kill = clock.setTimer(STOP_TIMEOUT_MS, () => child.kill('SIGKILL'));
  // A message rather than a signal: Windows has no SIGTERM that a process could handle.
  if (child.connected) child.send('shutdown', () => child.connected && child.disconnect());
  else child.kill();
  await exited;
  kill.cancel();
}

/**
 * What Azurite's process runs before Azurite, as an address to import. When the process that started it dies, even
 * killed, their channel closes: then Azurite saves and ends, within `stopMs`. And Azurite's telemetry library, which it
 * is configured not to use, is replaced by an empty module: to load it takes half of the start (600 ms of CPU) and a third of
 * the memory (38 MB).
 *
 * @param script the script that starts Azurite
 */
function azuritePreload(script: string, stopMs: number): string {
  const code = `
    import { createRequire } from 'node:module';
    process.once('disconnect', () => {
      process.emit('message', 'shutdown');
      setTimeout(() => process.exit(), ${stopMs}).unref();
    });
    const require = createRequire(${JSON.stringify(script)});
    try {
      const filename = require.resolve('applicationinsights');
      require.cache[filename] = { id: filename, filename, loaded: true, exports: {} };
    } catch {} // a version of Azurite without it
  `;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

function azuriteArguments({ location }: AzuriteOptions): string[] {
  const loopback = ['blob', 'queue', 'table'].flatMap((name) => [`--${name}Host`, '127.0.0.1', `--${name}Port`, '0']);
  return [...loopback, '--location', location, '--silent', '--skipApiVersionCheck', '--disableTelemetry'];
}

/** Without what would give Azurite other accounts than the one in our connection string, or our debugger's port. */
function azuriteEnvironment(): NodeJS.ProcessEnv {
  const { AZURITE_ACCOUNTS: _accounts, AZURITE_DB: _database, NODE_OPTIONS: _options, ...env } = process.env;
  return env;
}

function waitUntilListening(child: ChildProcess, clock: Clock): Promise<ServiceOrigins> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new StorageError('AzuriteFailed', 'Azurite was started without its output');
  const lastLines: string[] = [];
  const found: Partial<Record<string, string>> = {};
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new StorageError('AzuriteFailed', `${what}. ${lastLines.join('\n')}`));
    const timer = clock.setTimer(START_TIMEOUT_MS, () => fail(`Azurite did not listen in ${START_TIMEOUT_MS} ms`));
    child.once('error', (error) => fail(`Azurite could not be started: ${error.message}`));
    child.once('exit', (code) => fail(`Azurite ended with code ${code} before it listened`));
    function read(line: string): void {
      lastLines.push(line);
      if (lastLines.length > KEPT_LINES) lastLines.shift();
      const [, service, origin] = LISTENING.exec(line) ?? [];
      if (service !== undefined) found[service.toLowerCase()] = origin;
      const { blob, queue, table } = found;
      if (blob === undefined || queue === undefined || table === undefined) return;
      timer.cancel();
      resolve({ blob, queue, table });
    }
    createInterface({ input: stdout }).on('line', read);
    createInterface({ input: stderr }).on('line', read);
  });
}
