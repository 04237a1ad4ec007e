import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, type ClientRequest, type RequestOptions, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import { type Clock, type Closeable, type Randomness, sleep } from '@lazurite/runtime';
import type { CustomHandlerSettings } from '../../config/host-settings.ts';
import { AppLoadError, CustomHandlerError, errnoOf, messageOf } from '../../errors.ts';

export interface HandlerProcessOptions {
  readonly settings: CustomHandlerSettings;
  readonly appRoot: string;
  /** The environment of the executable, beside what tells it its port. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Called with what the executable prints. */
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Called when the executable has started and when it has ended, by its own wish or not. */
  readonly onLife: (pid: number, isAlive: boolean) => void;
  /** Called once, when an executable that `start` did not wait for fails, or one that ran has ended by itself. */
  readonly onFailed: (error: CustomHandlerError) => void;
}

/** WorkerConstants.HostName of azure-functions-host. */
const HOST = '127.0.0.1';
const POLL_MS = 25;
/** A start does not wait longer for an executable: its first requests do. */
const START_WAIT_MS = 10_000;
/** On a reload the executable before this one has the fixed port until its last requests have ended. */
const PORT_WAIT_MS = 15_000;
const TERMINATE_GRACE_MS = 2_000;

/** The executable of `customHandler`, a web server that runs the functions of the app. */
export class HandlerProcess implements Closeable {
  readonly #options: HandlerProcessOptions;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #ready = Promise.withResolvers<void>();
  #port = 0;
  #child: ChildProcess | undefined;
  /** Whether `start` waits, and so learns of a failure itself. */
  #isStarting = false;
  #isClosing = false;
  #hasAnswered = false;

  constructor(options: HandlerProcessOptions) {
    this.#options = options;
    this.#ready.promise.catch(() => undefined); // requests and `start` get it, and there may be none
  }

  /**
   * Starts the executable and waits until it accepts requests, though not longer than a start may take.
   *
   * @throws AppLoadError for an executable that cannot be run; CustomHandlerError for one that ends at once
   */
  async start(): Promise<void> {
    const { port } = this.#options.settings;
    this.#port = port ?? (await findFreePort());
    if (port !== undefined && (await isListening(port))) {
      void this.#startWhenFree().catch((error: unknown) => this.#fail(error));
      return;
    }
    this.#isStarting = true;
    try {
      await this.#spawn();
      await Promise.race([this.#waitForAnswer(), sleep(this.#options.clock, START_WAIT_MS)]);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.#isStarting = false;
    }
  }

  /** A request to the executable, whose body is still to be written. Waits until the executable accepts requests. */
  async request(options: Pick<RequestOptions, 'method' | 'path' | 'headers'>): Promise<ClientRequest> {
    if (!this.#hasAnswered) await this.#ready.promise;
    return request({ ...options, host: HOST, port: this.#port, agent: this.#agent });
  }

  /** Ends the executable, and the processes that it has started. Requests should have ended before. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#ready.reject(new CustomHandlerError('The custom handler was closed'));
    this.#agent.destroy();
    const child = this.#child;
    if (!child || hasEnded(child)) return;
    const ended = once(child, 'exit');
    this.#signal('SIGTERM');
    const kill = this.#options.clock.setTimer(TERMINATE_GRACE_MS, this.kill);
    await ended;
    kill.cancel();
    this.kill();
  }

  /** Ends the group of the executable at once. */
  readonly kill = (): void => this.#signal('SIGKILL');

  async #startWhenFree(): Promise<void> {
    const { clock } = this.#options;
    const deadline = clock.monotonic() + PORT_WAIT_MS;
    while (await isListening(this.#port)) {
      if (this.#isClosing) return;
      if (clock.monotonic() > deadline) {
        throw new CustomHandlerError(
          `The custom handler cannot start: another process listens on port ${this.#port}, which customHandler.port of host.json names`,
        );
      }
      await sleep(clock, POLL_MS);
    }
    await this.#spawn();
    await this.#waitForAnswer();
  }

  /** Resolves when the process exists. */
  async #spawn(): Promise<void> {
    const { settings, appRoot, onOutput, onLife } = this.#options;
    const cwd = resolve(appRoot, settings.workingDirectory ?? '.');
    const executable = findExecutable(settings.executable, appRoot);
    const child = spawn(executable, settings.arguments, {
      cwd,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // a group of its own, so that what it starts ends with it
    });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => onOutput('stdout', chunk));
    child.stderr.on('data', (chunk: Buffer) => onOutput('stderr', chunk));
    const spawned = once(child, 'spawn');
    child.on('error', () => undefined); // a signal that does not reach it is reported as an error, too
    await spawned.catch((error: unknown) => {
      throw new AppLoadError(whyNotRun(executable, cwd, error), { cause: error });
    });
    const pid = child.pid ?? 0;
    onLife(pid, true);
    process.on('exit', this.kill);
    child.once('exit', (exitCode, signal) => {
      process.off('exit', this.kill);
      this.#signal('SIGKILL'); // what it has started and left behind
      onLife(pid, false);
      const how = signal ? `was ended by ${signal}` : `exited with code ${exitCode}`;
      const when = this.#hasAnswered ? '' : ` before it answered on port ${this.#port} (FUNCTIONS_CUSTOMHANDLER_PORT)`;
      this.#fail(new CustomHandlerError(`The custom handler '${settings.executable}' ${how}${when}`));
    });
  }

  #environment(): NodeJS.ProcessEnv {
    const { env, appRoot, randomness } = this.#options;
    const port = String(this.#port);
    const workerId = randomness.uuid();
    return {
      ...env,
      FUNCTIONS_CUSTOMHANDLER_PORT: port,
      FUNCTIONS_HTTPWORKER_PORT: port,
      FUNCTIONS_CUSTOMHANDLER_WORKER_ID: workerId,
      FUNCTIONS_HTTPWORKER_ID: workerId,
      FUNCTIONS_APP_ROOT_PATH: appRoot,
    };
  }

  /** Any response to `GET /` will do, as in Azure's host. */
  async #waitForAnswer(): Promise<void> {
    const { clock, settings } = this.#options;
    const timer = clock.setTimer(settings.initializationTimeoutMs, () => {
      const limit = settings.initializationTimeoutMs / 1000;
      this.#fail(
        new CustomHandlerError(
          `The custom handler '${settings.executable}' did not answer within ${limit} s on port ${this.#port} of ${HOST}. It must listen on the port that FUNCTIONS_CUSTOMHANDLER_PORT names`,
        ),
      );
    });
    void this.#poll();
    await this.#ready.promise.finally(() => timer.cancel());
  }

  async #poll(): Promise<void> {
    while (!this.#isClosing && this.#child && !hasEnded(this.#child)) {
      if (await answers(this.#port)) {
        this.#hasAnswered = true;
        this.#ready.resolve();
        return;
      }
      await sleep(this.#options.clock, POLL_MS);
    }
  }

  #fail(error: unknown): void {
    if (this.#isClosing) return;
    const failure = error instanceof CustomHandlerError ? error : new CustomHandlerError(messageOf(error));
    this.#ready.reject(failure);
    if (!this.#isStarting) this.#options.onFailed(failure);
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal);
    } catch {
      // Nobody is left in the group.
    }
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** A file of the app's folder, else a command of the system (azure-functions-host `HttpWorkerDescription.cs`). */
function findExecutable(executable: string, appRoot: string): string {
  if (isAbsolute(executable)) return executable;
  const file = join(appRoot, executable);
  return existsSync(file) ? file : executable;
}

function whyNotRun(executable: string, cwd: string, error: unknown): string {
  const what = `The custom handler '${executable}' cannot be run`;
  if (errnoOf(error) === 'EACCES') return `${what}: the file is not executable. Run 'chmod +x ${executable}'`;
  if (errnoOf(error) !== 'ENOENT') return `${what}: ${messageOf(error)}`;
  if (!existsSync(cwd)) return `${what}: the folder ${cwd}, its workingDirectory, does not exist`;
  return `${what}: there is no such file in the app's folder, and no such command. Build the app, or correct customHandler.description.defaultExecutablePath in host.json`;
}

/** Between this and the executable's own listen, another process can take the port; then the executable says so. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address === 'object' && address !== null) return address.port;
  throw new CustomHandlerError('No port is free for the custom handler');
}

function isListening(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(port, HOST, () => settle(true));
    socket.on('connect', () => socket.destroy()).on('error', () => settle(false));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const ping = request({ host: HOST, port, path: '/', agent: false }, (response) => {
      response.resume();
      settle(true);
      ping.destroy();
    });
    ping.on('error', () => settle(false)).end();
  });
}
