import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CosmosServer, DataRole } from '@lazurite/cosmos';
import {
  DEVELOPMENT_STORAGE_SETTING,
  type FunctionsHost,
  type FunctionsHostOptions,
  type HostEvent,
  readLocalValues,
  startFunctionsHost,
} from '@lazurite/functions';
import type { Issuer } from '@lazurite/identity';
import {
  type Clock,
  type Closeable,
  type Log,
  makeFolder,
  type Randomness,
  silentLog,
  startOrUndo,
  systemClock,
  systemRandomness,
} from '@lazurite/runtime';
import type { StorageOnDemand } from '@lazurite/storage';
import { type BackingAddresses, type BackingServices, type Port, startBackingServices } from './backing-services.ts';
import { createSettingRewriter } from './setting-rewriter.ts';

export interface StackOptions {
  /** Folder of the function app. */
  readonly scriptRoot: string;
  /** Folder for everything that outlives the process; absent: in memory. */
  readonly dataDir?: string;
  /** Where all servers listen. Default 127.0.0.1. */
  readonly address?: string;
  /** Further names by which they are reached, as of `EdgeOptions` in @lazurite/http. Default: none. */
  readonly allowedHosts?: readonly string[];
  /** The origins of pages that may use storage. Default: none. */
  readonly origins?: readonly string[];
  /** 0 or absent: any free port; so too for the next two. */
  readonly port?: number;
  readonly cosmosPort?: Port;
  readonly issuerPort?: Port;
  readonly storagePort?: Port;
  /** What the app's managed identity may do in Cosmos DB, which is then served over TLS. Absent: there is none. */
  readonly managedIdentity?: DataRole;
  /** Additional options of the functions host. */
  readonly host?: Partial<FunctionsHostOptions>;
  /** Environment of the function app. It wins over local.settings.json. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called for each event of the functions host; absent: the worker does not report invocations. */
  readonly onEvent?: (event: HostEvent) => void;
  /** Default: the system's. */
  readonly clock?: Clock;
  readonly randomness?: Randomness;
  /** What goes wrong in the servers. Default: nothing is logged. */
  readonly log?: Log;
}

/** The options, with what has a default. */
type CompleteOptions = StackOptions & Required<Pick<StackOptions, 'clock' | 'randomness' | 'log'>>;

/** Everything that runs for one function app. */
export interface Stack extends Closeable {
  /** New at every start; the issuer tells it at `/instance`. */
  readonly id: string;
  /** Where triggers keep their state and the host its keys: the data directory, or a folder that goes with the stack. */
  readonly stateDir: string;
  readonly functions: FunctionsHost;
  readonly cosmos: CosmosServer;
  readonly issuer: Issuer;
  /** Blobs, queues and tables, once somebody asks for one; or what somebody else runs. */
  readonly storage: StorageOnDemand;
}

/**
 * Starts everything at once: the worker process boots, is given its settings as soon as addresses are known, and loads
 * the app while the data server and the issuer open. Rejects with the first failure; then nothing is left running.
 *
 * @throws PortInUseError; AppLoadError when the app cannot be loaded; ConfigError when its settings cannot be read
 * @example
 * const stack = await startStack({ scriptRoot: '.' });
 * const client = new CosmosClient(stack.cosmos.connectionString);
 * const response = await fetch(`${stack.functions.url}/api/hello`);
 * await stack.close();
 */
export function startStack(given: StackOptions): Promise<Stack> {
  const options = { clock: systemClock, randomness: systemRandomness, log: silentLog, ...given };
  return startOrUndo(async (running) => {
    const stateDir = options.dataDir ?? join(tmpdir(), `lazurite-${options.randomness.uuid()}`);
    if (options.dataDir === undefined) running.add({ close: () => rm(stateDir, { recursive: true, force: true }) });
    // Before the servers make their folders, so that only this error is reported where none can be made.
    if (options.dataDir !== undefined) await makeFolder(join(options.dataDir, 'cosmos'));
    const { promise: addresses, resolve } = Promise.withResolvers<BackingAddresses>();
    const events = options.onEvent && holdEvents(options.onEvent);
    const failed = new AbortController();
    // Forks at once; what follows loads modules for a while.
    const starting = startHost({ ...options, stateDir, signal: failed.signal, onEvent: events?.report }, addresses);
    const id = options.randomness.uuid();
    const given = givenStorage(options).catch(() => undefined); // the host reports a file that it cannot read
    const services = startBackingServices({
      ...options,
      storageDir: stateDir,
      stackId: id,
      storageConnectionString: given,
    });
    resolve(services.addresses);
    const backing = services.started;
    // An app that cannot reach its services fails too, and says so at length: only the reason is reported.
    backing.then(
      () => events?.release(),
      () => failed.abort(),
    );
    const [behind, host] = await Promise.allSettled([backing, starting]);
    if (behind.status === 'fulfilled') running.add(behind.value);
    if (host.status === 'fulfilled') running.add(host.value);
    const [opened, functions] = await Promise.all([backing, starting]);
    const { cosmos, issuer, storage } = opened;
    for (const line of describeServices(opened, { storagePort: options.storagePort, given: await given })) {
      options.onEvent?.({ type: 'console', stream: 'stdout', line });
    }
    cosmos.onChange((change) => functions.dataChanges.containerChanged(change));
    joinStorage(storage, functions);
    return { id, stateDir, functions, cosmos, issuer, storage, close: () => running.close() };
  });
}

/** Keeps events back until it is known that the services behind the app have started; drops them when they have not. */
function holdEvents(onEvent: (event: HostEvent) => void) {
  const early: HostEvent[] = [];
  let isHeld = true;
  return {
    report: (event: HostEvent) => (isHeld ? void early.push(event) : onEvent(event)),
    release: () => {
      isHeld = false;
      for (const event of early.splice(0)) onEvent(event);
    },
  };
}

type Services = Pick<BackingServices, 'storage' | 'foreignCosmosPort'>;

/** One line for each service that is not where a developer would look for it. */
function describeServices({ storage, foreignCosmosPort }: Services, { storagePort, given }: StorageChoice): string[] {
  const [blob] = storage.ports;
  const isElsewhere = typeof storagePort === 'object' && !storage.isForeign && blob !== storagePort.preferred;
  return [
    ...(given !== undefined ? [`Using the storage that ${DEVELOPMENT_STORAGE_SETTING} names`] : []),
    ...(given === undefined && storage.isForeign ? [`Using the Azurite on 127.0.0.1:${blob}`] : []),
    ...(isElsewhere
      ? [
          `Storage is on the ports ${storage.ports.join(', ')}: port ${storagePort.preferred} or the next two are in use`,
        ]
      : []),
    ...(foreignCosmosPort === undefined ? [] : [`Using the Cosmos DB emulator on 127.0.0.1:${foreignCosmosPort}`]),
  ];
}

interface StorageChoice {
  readonly storagePort: Port | undefined;
  /** The connection string that the developer set. */
  readonly given: string | undefined;
}

/** The environment wins over the settings file, as with every setting. */
async function givenStorage({ env, scriptRoot, host }: StackOptions): Promise<string | undefined> {
  const named = env?.[DEVELOPMENT_STORAGE_SETTING];
  if (named || host?.settingsFile === null) return named || undefined;
  const values = await readLocalValues(scriptRoot, host?.settingsFile);
  return values[DEVELOPMENT_STORAGE_SETTING] || undefined;
}

/** Triggers process what earlier runs left in storage; an unused storage notifies them of its first use. */
function joinStorage(storage: StorageOnDemand, functions: FunctionsHost): void {
  storage.onChange((change) => functions.dataChanges.storageChanged(change));
  storage.onUse(() => functions.dataChanges.storageUsed());
  if (storage.isUnused || storage.isForeign) return;
  functions.dataChanges.storageUsed(); // since when is not known
  if (functions.functions.some(({ storageSource }) => storageSource)) void storage.start();
}

interface HostOptions extends Omit<CompleteOptions, 'onEvent'> {
  /** Where triggers keep their state. */
  readonly stateDir: string;
  /** Ends the start. */
  readonly signal: AbortSignal;
  readonly onEvent: StackOptions['onEvent'] | undefined;
}

function startHost(options: HostOptions, addresses: Promise<BackingAddresses>): Promise<FunctionsHost> {
  const endpoints: { cosmos: string | undefined; issuer: string } = { cosmos: '', issuer: '' };
  let localStorage: FunctionsHostOptions['localStorage'];
  const env = addresses.then(({ cosmosEndpoint, issuerUrl, storage, identityEnv }) => {
    Object.assign(endpoints, { cosmos: cosmosEndpoint, issuer: issuerUrl });
    const { connectionString } = storage;
    if (!storage.isForeign) localStorage = () => ({ connectionString, isUnused: storage.isUnused });
    return { [DEVELOPMENT_STORAGE_SETTING]: storage.connectionString, ...options.env, ...identityEnv };
  });
  env.catch(() => undefined); // a host that cannot listen never waits for it; the services report the failure
  return startFunctionsHost({
    ...options.host,
    scriptRoot: options.scriptRoot,
    port: options.port ?? 0,
    address: options.address ?? '127.0.0.1',
    ...(options.allowedHosts && { allowedHosts: options.allowedHosts }),
    dataDir: join(options.stateDir, 'functions'),
    env, // the host reads no setting before it has this
    localStorage: () => localStorage?.(),
    rewriteSetting: (value) => createSettingRewriter(endpoints)(value),
    ...(options.onEvent && { onEvent: options.onEvent }),
    signal: options.signal,
    clock: options.clock,
    log: options.log,
  });
}
