import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CosmosServer, DataRole } from '@lazurite/cosmos';
import {
  DEVELOPMENT_STORAGE_SETTING,
  type FunctionsHost,
  type FunctionsHostOptions,
  type HostEvent,
  startFunctionsHost,
} from '@lazurite/functions';
import type { Issuer } from '@lazurite/identity';
import { type Clock, type Closeable, type Log, type Randomness, startOrUndo } from '@lazurite/runtime';
import type { StorageOnDemand } from '@lazurite/storage';
import { type BackingAddresses, type Port, startBackingServices } from './backing-services.ts';
import { createSettingRewriter } from './setting-rewriter.ts';

export interface StackOptions {
  /** Folder of the function app. */
  readonly scriptRoot: string;
  /** Folder for everything that outlives the process; absent: in memory. */
  readonly dataDir?: string;
  /** Where all servers listen. Default 127.0.0.1. */
  readonly address?: string;
  /** 0 or absent: any free port; so too for the next two. */
  readonly port?: number;
  readonly cosmosPort?: Port;
  readonly issuerPort?: Port;
  /** What the app's managed identity may do in Cosmos DB, which is then served over TLS. Absent: there is none. */
  readonly managedIdentity?: DataRole;
  /** Whatever else the functions host is told. */
  readonly host?: Partial<FunctionsHostOptions>;
  /** Environment of the function app. It wins over local.settings.json. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told of what happens in the functions host; absent: the worker does not report invocations. */
  readonly onEvent?: (event: HostEvent) => void;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
}

/** Everything that runs for one function app. */
export interface Stack extends Closeable {
  readonly functions: FunctionsHost;
  readonly cosmos: CosmosServer;
  readonly issuer: Issuer;
  /** Blobs, queues and tables, once somebody asks for one. */
  readonly storage: StorageOnDemand;
}

/**
 * Starts everything at once: the worker process boots, is given its settings as soon as addresses are known, and loads
 * the app while the data server and the issuer open. Rejects with the first failure; then nothing is left running.
 */
export function startStack(options: StackOptions): Promise<Stack> {
  return startOrUndo(async (running) => {
    const stateDir = options.dataDir ?? join(tmpdir(), `lazurite-${options.randomness.uuid()}`);
    if (options.dataDir === undefined) running.add({ close: () => rm(stateDir, { recursive: true, force: true }) });
    const { promise: addresses, resolve } = Promise.withResolvers<BackingAddresses>();
    const starting = startHost({ ...options, stateDir }, addresses); // forks at once; what follows loads modules for a while
    const services = startBackingServices({ ...options, storageDir: stateDir });
    resolve(services.addresses);
    const backing = services.started;
    const [behind, host] = await Promise.allSettled([backing, starting]);
    if (behind.status === 'fulfilled') running.add(behind.value);
    if (host.status === 'fulfilled') running.add(host.value);
    const [{ cosmos, issuer, storage }, functions] = await Promise.all([backing, starting]);
    cosmos.onChange((change) => functions.containerChanged(change));
    joinStorage(storage, functions);
    return { functions, cosmos, issuer, storage, close: () => running.close() };
  });
}

/** Triggers look for what is left from earlier; where nothing is, they wait to be told. */
function joinStorage(storage: StorageOnDemand, functions: FunctionsHost): void {
  storage.onChange((change) => functions.storageChanged(change));
  storage.onUse(() => functions.storageUsed());
  if (storage.isUnused) return;
  functions.storageUsed(); // since when is not known
  if (functions.functions.some(({ storageSource }) => storageSource)) void storage.start();
}

interface HostOptions extends StackOptions {
  /** Where triggers keep their state. */
  readonly stateDir: string;
}

function startHost(options: HostOptions, addresses: Promise<BackingAddresses>): Promise<FunctionsHost> {
  const endpoints = { cosmos: '', issuer: '' };
  let isStorageUnused = () => false;
  const env = addresses.then(({ cosmosEndpoint, issuerUrl, storage, identityEnv }) => {
    Object.assign(endpoints, { cosmos: cosmosEndpoint, issuer: issuerUrl });
    isStorageUnused = () => storage.isUnused;
    return { [DEVELOPMENT_STORAGE_SETTING]: storage.connectionString, ...options.env, ...identityEnv };
  });
  return startFunctionsHost({
    ...options.host,
    scriptRoot: options.scriptRoot,
    port: options.port ?? 0,
    address: options.address ?? '127.0.0.1',
    dataDir: join(options.stateDir, 'functions'),
    env, // the host reads no setting before it has this
    isStorageUnused: () => isStorageUnused(),
    rewriteSetting: (value) => createSettingRewriter(endpoints)(value),
    ...(options.onEvent && { onEvent: options.onEvent }),
    clock: options.clock,
    log: options.log,
  });
}
