import { join } from 'node:path';
import type { CosmosServer, DataRole } from '@lazurite/cosmos';
import { PortInUseError } from '@lazurite/http';
import type { Issuer } from '@lazurite/identity';
import { type Clock, type Closeable, type Log, type Randomness, startOrUndo } from '@lazurite/runtime';
import type { StorageOnDemand } from '@lazurite/storage';
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
  readonly cosmosPort?: Port;
  readonly issuerPort?: Port;
  /** What the app's managed identity may do in Cosmos DB, which is then served over TLS. Absent: there is none. */
  readonly managedIdentity?: DataRole;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
}

/** What the function app calls. */
export interface BackingServices extends Closeable {
  readonly cosmos: CosmosServer;
  readonly issuer: Issuer;
  readonly storage: StorageOnDemand;
  /** What the app needs in its environment to use its managed identity; empty without one. */
  readonly identityEnv: Readonly<Record<string, string>>;
}

/** Starts all at once. Rejects with the first failure; then nothing is left running. */
export function startBackingServices(options: BackingOptions): Promise<BackingServices> {
  return startOrUndo(async (running) => {
    const identity = options.managedIdentity && prepareIdentity(options, options.managedIdentity);
    const issuing = startTokenIssuer(options, identity);
    const starting = [startDataServer(options, identity, issuing), issuing, startStorage(options)] as const;
    for (const part of await Promise.allSettled(starting)) {
      if (part.status === 'fulfilled') running.add(part.value);
    }
    const [cosmos, issuer, storage] = await Promise.all(starting);
    const identityEnv = (await identity)?.env(issuer) ?? {};
    return { cosmos, issuer, storage, identityEnv, close: () => running.close() };
  });
}

type OptionalIdentity = Promise<ManagedIdentity> | undefined;

/** Cosmos DB accepts tokens of the issuer, and so has to know it. */
async function startDataServer(
  options: BackingOptions,
  identity: OptionalIdentity,
  issuing: Promise<Issuer>,
): Promise<CosmosServer> {
  const { startCosmos } = await import('@lazurite/cosmos');
  const guard = identity && (await identity).guard(await issuing);
  return onPort(options.cosmosPort, (port) => startCosmos({ ...shared(options, 'cosmos'), ...guard, port }));
}

async function startTokenIssuer(options: BackingOptions, identity: OptionalIdentity): Promise<Issuer> {
  const { startIssuer } = await import('@lazurite/identity');
  const header = identity && { identityHeader: (await identity).header };
  return onPort(options.issuerPort, (port) => startIssuer({ ...shared(options, 'identity'), ...header, port }));
}

async function onPort<T>(port: Port = 0, start: (port: number) => Promise<T>): Promise<T> {
  if (typeof port === 'number') return start(port);
  return start(port.preferred).catch((error: unknown) => {
    if (error instanceof PortInUseError) return start(0);
    throw error;
  });
}

async function startStorage({ scriptRoot, storageDir, clock, log }: BackingOptions): Promise<StorageOnDemand> {
  const { openStorage } = await import('@lazurite/storage');
  return openStorage({ dataDir: storageDir, appRoot: scriptRoot, clock, log });
}

function shared({ address, dataDir, clock, randomness, log }: BackingOptions, folder: string) {
  return {
    ...(address !== undefined && { address }),
    ...(dataDir !== undefined && { dataDir: join(dataDir, folder) }),
    ...{ clock, randomness, log },
  };
}
