import { join } from 'node:path';
import type { CallObserver, CosmosServer, DataRole } from '@lazurite/cosmos';
import { type EarlyServer, listenFirst, PortInUseError } from '@lazurite/http';
import type { Issuer } from '@lazurite/identity';
import { type Clock, type Closeable, type Log, type Randomness, type Shutdown, startOrUndo } from '@lazurite/runtime';
import type { StorageOnDemand } from '@lazurite/storage';
import { isForeignCosmos } from './foreign-emulators.ts';
import { type ManagedIdentity, prepareIdentity } from './managed-identity.ts';

/** A port; 0: any free one. `preferred`: that one when it is free, else any. */
export type Port = number | { readonly preferred: number };

export interface BackingOptions {
  /** Folder of the function app; its own Azurite is preferred to ours. */
  readonly scriptRoot: string;
  /** Folder for what outlives the process; absent: data is kept in memory. */
  readonly dataDir?: string;
  /** Where storage keeps its data, with `dataDir` or without. */
  readonly storageDir: string;
  readonly address?: string;
  readonly allowedHosts?: readonly string[];
  /** Of pages that may use storage. */
  readonly origins?: readonly string[];
  /** What the issuer confirms to later commands. */
  readonly stackId: string;
  readonly cosmosPort?: Port;
  readonly issuerPort?: Port;
  /** Of blobs; queues and tables are on the next two. */
  readonly storagePort?: Port;
  /** Storage that is to be used in place of our own. */
  readonly storageConnectionString?: Promise<string | undefined>;
  /** What the app's managed identity may do in Cosmos DB, which is then served over TLS. Absent: there is none. */
  readonly managedIdentity?: DataRole;
  /** Called after each request to Cosmos DB. */
  readonly onCosmosCall?: CallObserver;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
}

/** What the function app calls. */
export interface BackingServices extends Closeable {
  readonly cosmos: CosmosServer;
  readonly issuer: Issuer;
  readonly storage: StorageOnDemand;
  /** The port of a Cosmos DB emulator that somebody else runs, which is the one that default settings mean. */
  readonly foreignCosmosPort: number | undefined;
}

/** Where the services are, or will be, reached. */
export interface BackingAddresses {
  /** Undefined: default settings mean the emulator of somebody else. */
  readonly cosmosEndpoint: string | undefined;
  readonly issuerUrl: string;
  readonly storage: Pick<StorageOnDemand, 'connectionString' | 'isForeign' | 'isUnused'>;
  /** What the app needs in its environment to use its managed identity; empty without one. */
  readonly identityEnv: Readonly<Record<string, string>>;
}

export interface StartingServices {
  /** Known early: who calls before a service is there waits. */
  readonly addresses: Promise<BackingAddresses>;
  /** Rejects with the first failure; then nothing is left running. */
  readonly started: Promise<BackingServices>;
}

/** Starts all at once. */
export function startBackingServices(options: BackingOptions): StartingServices {
  const { promise: addresses, resolve, reject } = Promise.withResolvers<BackingAddresses>();
  const started = startOrUndo(async (running) => {
    const identity = options.managedIdentity && prepareIdentity(options, options.managedIdentity);
    identity?.catch(() => undefined); // it may fail before the two that wait for it are loaded; they report it
    const opening = startStorage(options);
    // Whatever fails first: storage that has opened is closed. Its own failure is reported with the others, below.
    const opened = opening.catch(() => undefined);
    running.add({ close: async () => (await opened)?.close() });
    const foreignCosmosPort = await findForeignCosmos(options.cosmosPort);
    const early = identity ? undefined : await listenForBoth(options, running);
    const issuing = startTokenIssuer(options, identity, early?.issuer);
    const data = startDataServer(options, { identity, issuing, server: early?.cosmos });
    const starting = [data, issuing] as const;
    if (early) tellEarly(early, opening, foreignCosmosPort).then(resolve, reject);
    for (const part of await Promise.allSettled(starting)) {
      if (part.status === 'fulfilled') running.add(part.value);
    }
    const [cosmos, issuer, storage] = await Promise.all([...starting, opening]);
    resolve({
      cosmosEndpoint: foreignCosmosPort === undefined ? cosmos.endpoint : undefined,
      issuerUrl: issuer.url,
      storage,
      identityEnv: (await identity)?.env(issuer) ?? {},
    });
    return { cosmos, issuer, storage, foreignCosmosPort, close: () => running.close() };
  });
  started.catch(reject);
  return { addresses, started };
}

interface EarlyServers {
  readonly cosmos: EarlyServer;
  readonly issuer: EarlyServer;
}

/** Loading the two takes longer than anything else in the start, and the app needs no more of them than addresses. */
async function listenForBoth(options: BackingOptions, running: Shutdown): Promise<EarlyServers> {
  const { address = '127.0.0.1', cosmosPort, issuerPort } = options;
  const listen = async (wanted: Port | undefined) =>
    running.add(await onPort(wanted, (port) => listenFirst({ address, port })));
  return { cosmos: await listen(cosmosPort), issuer: await listen(issuerPort) };
}

async function tellEarly(
  { cosmos, issuer }: EarlyServers,
  storage: Promise<StorageOnDemand>,
  foreignCosmosPort: number | undefined,
): Promise<BackingAddresses> {
  const cosmosEndpoint = foreignCosmosPort === undefined ? cosmos.url : undefined;
  return { cosmosEndpoint, issuerUrl: issuer.url, storage: await storage, identityEnv: {} };
}

type OptionalIdentity = Promise<ManagedIdentity> | undefined;

interface DataServerDependencies {
  readonly identity: OptionalIdentity;
  readonly issuing: Promise<Issuer>;
  readonly server: EarlyServer | undefined;
}

/** With a managed identity, Cosmos DB accepts tokens of the issuer, and so has to know it. */
async function startDataServer(options: BackingOptions, dependencies: DataServerDependencies): Promise<CosmosServer> {
  const { identity, issuing, server } = dependencies;
  const { startCosmos } = await import('@lazurite/cosmos');
  const own = { ...shared(options, 'cosmos'), ...(options.onCosmosCall && { onCall: options.onCosmosCall }) };
  if (server) return startCosmos({ ...own, server });
  const guard = identity && (await identity).guard(await issuing);
  return onPort(options.cosmosPort, (port) => startCosmos({ ...own, ...guard, port }));
}

async function startTokenIssuer(
  options: BackingOptions,
  identity: OptionalIdentity,
  server: EarlyServer | undefined,
): Promise<Issuer> {
  const { startIssuer } = await import('@lazurite/identity');
  const own = { ...shared(options, 'identity'), instanceId: options.stackId };
  if (server) return startIssuer({ ...own, server });
  const header = identity && { identityHeader: (await identity).header };
  return onPort(options.issuerPort, (port) => startIssuer({ ...own, ...header, port }));
}

/** Only a port that was not asked for by number may belong to somebody else. */
async function findForeignCosmos(port: Port = 0): Promise<number | undefined> {
  if (typeof port === 'number' || !(await isForeignCosmos(port.preferred))) return undefined;
  return port.preferred;
}

/** @throws PortInUseError where the port was asked for by number */
export async function onPort<T>(port: Port = 0, start: (port: number) => Promise<T>): Promise<T> {
  if (typeof port === 'number') return start(port);
  return start(port.preferred).catch((error: unknown) => {
    if (error instanceof PortInUseError) return start(0);
    throw error;
  });
}

async function startStorage({ scriptRoot, storageDir, ...options }: BackingOptions): Promise<StorageOnDemand> {
  const { allowedHosts, origins = [], clock, log, storagePort } = options;
  const given = await options.storageConnectionString;
  const { findForeignAzurite, foreignStorage, openStorage } = await import('@lazurite/storage');
  const foreign =
    given ?? (typeof storagePort === 'object' ? await findForeignAzurite(storagePort.preferred) : undefined);
  if (foreign !== undefined) return foreignStorage(foreign);
  return onPort(storagePort, (port) =>
    openStorage({
      ...(allowedHosts && { allowedHosts }),
      dataDir: storageDir,
      appRoot: scriptRoot,
      origins,
      port,
      clock,
      log,
    }),
  );
}

function shared({ address, allowedHosts, dataDir, clock, randomness, log }: BackingOptions, folder: string) {
  return {
    ...(address !== undefined && { address }),
    ...(allowedHosts && { allowedHosts }),
    ...(dataDir !== undefined && { dataDir: join(dataDir, folder) }),
    clock,
    randomness,
    log,
  };
}
