import { resolve } from 'node:path';
import type { Dashboard } from '@lazurite/dashboard';
import type { FunctionsHost, FunctionsHostOptions, LocalHostSettings } from '@lazurite/functions';
import { PortInUseError } from '@lazurite/http';
import { type Clock, type Closeable, type Log, type Randomness, startOrUndo } from '@lazurite/runtime';
import type { Port } from '../backing-services.ts';
import type { CosmosAccount } from '../data/accounts.ts';
import { CommandError } from '../errors.ts';
import { KEY_HINTS, listenForKeys, openInBrowser } from '../output/keys.ts';
import { createLog } from '../output/log.ts';
import { openConsole } from '../output/open-console.ts';
import { pageOf, shownUrl } from '../output/welcome.ts';
import { writeRunFile } from '../run-file.ts';
import { startStack } from '../stack.ts';
import { DashboardFeed } from '../stack-dashboard.ts';
import { listenForStop } from '../stop-signal.ts';
import type { Terminal } from '../terminal.ts';
import { type ChosenApp, chooseApp } from './choose-app.ts';
import { readWords, type StartFlags } from './start-command.ts';

export interface StartDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** As which the command was called: `func` says what scripts for it wait for. */
  readonly name: string;
  readonly version: string;
}

const DEFAULT_ADDRESS = '127.0.0.1';
const DEFAULT_PORT = 7071;
const DEFAULT_COSMOS_PORT = 8081;
const DEFAULT_ISSUER_PORT = 7072;
const DEFAULT_STORAGE_PORT = 10_000;
const DEFAULT_DASHBOARD_PORT = 7070;

/** Runs the stack until the process receives a stop signal, then lets requests in flight end. */
export async function start(
  flags: StartFlags,
  words: readonly string[],
  dependencies: StartDependencies,
): Promise<void> {
  const { nodeArguments, ignored } = readWords(flags, words);
  if (ignored.length > 0) warnOfIgnored(ignored, dependencies);
  const stop = listenForStop(dependencies.process);
  const dataDir = flags.inMemory ? undefined : resolve(flags.dataDir);
  const app = await chooseApp(flags, { env: dependencies.process.env, randomness: dependencies.randomness, dataDir });
  try {
    const stack = await startApp(app, flags, { ...dependencies, dataDir, nodeArguments });
    const keys = readKeys(stack, flags, dependencies);
    await stop.requested
      .then(() => sayStop(flags, dependencies))
      .then(() => keys.close())
      .then(() => exportOnExit(flags, stack, dependencies.terminal))
      .finally(() => stack.close());
  } finally {
    await app.close();
  }
}

/** A person who waits wants to know for what, and that a second signal ends it. */
function sayStop(flags: StartFlags, { terminal }: StartDependencies): void {
  if (flags.json || flags.enableJsonOutput) return;
  const what = 'the functions host, Cosmos DB, storage and the token issuer';
  terminal.out(`Stopping ${what}: requests in flight end first. Ctrl-C again ends all at once\n`);
}

/** Only for a person: a script may feed the input of this process to something else. */
function readKeys(
  { functions, dashboard }: RunningApp,
  flags: StartFlags,
  { process, terminal }: StartDependencies,
): Closeable {
  if (flags.json || flags.enableJsonOutput || process.stdout.isTTY !== true || process.env.CI !== undefined)
    return { close: async () => undefined };
  if (process.stdin.isTTY === true) terminal.out(`${KEY_HINTS}\n`);
  const actions = {
    open: () => openInBrowser(pageOf({ functions }) ?? shownUrl(functions.url), process.platform),
    dashboard: () => dashboard && openInBrowser(dashboard.link, process.platform),
    reload: () => void functions.reload().catch(() => undefined), // an event says why it failed
    quit: () => void process.emit('SIGINT'),
  };
  return listenForKeys(process.stdin, actions, terminal);
}

/** Before anything is closed: the data is read through the server. */
async function exportOnExit(
  { exportOnExit: folder }: StartFlags,
  { cosmos }: RunningApp,
  terminal: Terminal,
): Promise<void> {
  if (folder === undefined) return;
  const { exportToFolder } = await import('../data/transfer.ts');
  terminal.error(`Exported ${await exportToFolder(cosmos, resolve(folder))} items to ${folder}\n`);
}

/** As Core Tools, which takes no offence at an option that it does not know: scripts are written for several versions. */
function warnOfIgnored(words: readonly string[], { terminal, name }: StartDependencies): void {
  terminal.error(`${name}: '${words.join(' ')}' is no option of start, and is ignored (--help shows what there is)\n`);
}

function warnOfMissing(names: readonly string[], { terminal, name }: StartDependencies): void {
  const listed = names.map((missing) => `'${missing}'`).join(', ');
  terminal.error(`${name}: No function of the app has the name ${listed}, which --functions asks for\n`);
}

/** Of the names asked for, those that no function has, whatever the case. */
function missingFunctions(
  names: readonly string[],
  functions: readonly { readonly name: string }[],
): readonly string[] {
  const present = new Set(functions.map(({ name }) => name.toLowerCase()));
  return names.filter((name) => !present.has(name.toLowerCase()));
}

interface RunningApp extends Closeable {
  readonly cosmos: CosmosAccount;
  readonly functions: FunctionsHost;
  readonly dashboard: Dashboard | undefined;
}

async function importAtStart(cosmos: CosmosAccount, folder: string): Promise<void> {
  const { importFromFolder } = await import('../data/transfer.ts');
  await importFromFolder(cosmos, resolve(folder));
}

interface AppDependencies extends StartDependencies {
  readonly dataDir: string | undefined;
  readonly nodeArguments: readonly string[];
}

/** Starts the stack and says so. */
async function startApp(
  { stack: { host, ...app }, local, notice, tidyUp }: ChosenApp,
  flags: StartFlags,
  { nodeArguments, dataDir, ...dependencies }: AppDependencies,
): Promise<RunningApp> {
  const { scriptRoot } = app;
  const console = openConsole(flags, { ...flags, ...dependencies, scriptRoot, dataDir, ...(notice && { notice }) });
  const port = flags.port ?? local.localHttpPort ?? DEFAULT_PORT;
  const address = flags.address ?? local.localHttpAddress ?? DEFAULT_ADDRESS;
  const log = createLog(dependencies.terminal, { clock: dependencies.clock, verbose: flags.verbose });
  const feed = flags.dashboard ? new DashboardFeed({ clock: dependencies.clock, log }) : undefined;
  const stack = await startStack({
    ...app,
    port,
    address,
    origins: originsOf(flags) ?? local.cors,
    ...(flags.allowedHosts && { allowedHosts: flags.allowedHosts }),
    cosmosPort: flags.cosmosPort ?? { preferred: DEFAULT_COSMOS_PORT },
    issuerPort: flags.issuerPort ?? { preferred: DEFAULT_ISSUER_PORT },
    storagePort: flags.storagePort ?? { preferred: DEFAULT_STORAGE_PORT },
    clock: dependencies.clock,
    randomness: dependencies.randomness,
    ...(dataDir !== undefined && { dataDir }),
    ...(flags.managedIdentity && { managedIdentity: flags.managedIdentity }),
    host: { ...host, ...hostOptions(flags, local), nodeArguments, capturesInvocations: feed !== undefined },
    onEvent: (event) => {
      console.report(event);
      feed?.report(event);
    },
    ...(feed && { onCosmosCall: feed.reportCall }),
    log,
  }).catch((error: unknown) => explainFailure(error, { port, address, dataDir }));
  return startOrUndo(async (running) => {
    running.add(stack);
    const cosmos = { connectionString: stack.cosmos.connectionString, stateDir: stack.stateDir };
    if (flags.import !== undefined) await importAtStart(cosmos, flags.import);
    const run = {
      pid: dependencies.process.pid,
      startedAt: new Date(dependencies.clock.now()).toISOString(),
      scriptRoot,
    };
    // Before it is said that the stack is ready: the next command may follow at once.
    const written = writeRunFile(resolve(flags.dataDir), stack, { ...run, dataDir: dataDir ?? null });
    running.add(await written.catch((error: unknown) => doWithoutRunFile(error, log)));
    const port = flags.dashboardPort ?? { preferred: DEFAULT_DASHBOARD_PORT };
    const dashboard = feed && running.add(await feed.serve(stack, port));
    await Promise.all([console.ready(stack, dashboard && { dashboard: shownUrl(dashboard.link) }), tidyUp()]);
    if (flags.enableAuth && !flags.json && !flags.enableJsonOutput)
      dependencies.terminal.out('Functions ask for keys (--enableAuth). This shows them: lazurite keys\n');
    const missing = missingFunctions(flags.functions ?? [], stack.functions.functions);
    if (missing.length > 0) warnOfMissing(missing, dependencies);
    return { cosmos, functions: stack.functions, dashboard, close: () => running.close() };
  });
}

/** A stack in memory may run where nothing can be written. */
function doWithoutRunFile(error: unknown, log: Log): Closeable {
  const reason = error instanceof Error ? error.message : String(error);
  log.warn({ reason }, 'Other commands will not find this stack: its run file could not be written');
  return { close: async () => undefined };
}

function hostOptions(flags: StartFlags, local: LocalHostSettings): Partial<FunctionsHostOptions> {
  const origins = originsOf(flags);
  return {
    ...(flags.enableAuth && { enableAuth: true }),
    startTimeoutMs: flags.timeout * 1_000,
    ...(flags.functions && { functions: flags.functions }),
    ...((origins || flags.corsCredentials) && {
      cors: { origins: origins ?? local.cors, credentials: flags.corsCredentials || local.corsCredentials },
    }),
    ...(flags.useHttps && {
      https: {
        ...(flags.cert !== undefined && { certificateFile: flags.cert }),
        ...(flags.password !== undefined && { password: flags.password }),
      },
    }),
  };
}

function originsOf({ cors }: StartFlags): readonly string[] | undefined {
  return cors?.split(',').flatMap((origin) => origin.trim() || []);
}

interface Asked {
  readonly port: Port;
  readonly address: string;
  readonly dataDir: string | undefined;
}

/** Adds what was asked for to the errors that name only what the system said. */
function explainFailure(error: unknown, { port, address, dataDir }: Asked): never {
  if (error instanceof PortInUseError && error.port === port) {
    // In the words of azure-functions-core-tools, which scripts know.
    const message = `Port ${port} is unavailable. Close the process using that port, or specify another port using --port [-p].`;
    throw new CommandError('PortInUse', message, { cause: error });
  }
  if (!isSystemError(error)) throw error;
  if (['listen', 'getaddrinfo'].includes(error.syscall)) {
    const message = `Cannot listen on '${address}': ${error.message}. --address must be an IP address of this machine`;
    throw new CommandError('AddressNotUsable', message, { cause: error });
  }
  if (dataDir === undefined) throw error;
  const message = `The data directory ${dataDir} cannot be used: ${error.message}`;
  throw new CommandError('DataDirectoryNotUsable', message, { cause: error });
}

function isSystemError(error: unknown): error is Error & { readonly syscall: string } {
  return error instanceof Error && 'syscall' in error && typeof error.syscall === 'string';
}
