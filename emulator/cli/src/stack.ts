import { join } from 'node:path';
import type { CosmosServer } from '@lazurite/cosmos';
import { type FunctionsHost, type HostEvent, startFunctionsHost } from '@lazurite/functions';
import type { Issuer } from '@lazurite/identity';
import { type Clock, type Closeable, type Log, type Randomness, startOrUndo } from '@lazurite/runtime';
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
  readonly cosmosPort?: number;
  readonly issuerPort?: number;
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
}

/**
 * Starts everything at once: the worker process boots while the data server and the issuer open, and is given its
 * settings when their addresses are known. Rejects with the first failure; then nothing is left running.
 */
export function startStack(options: StackOptions): Promise<Stack> {
  return startOrUndo(async (running) => {
    const { promise: backing, resolve } = Promise.withResolvers<Backing>();
    const starting = startHost(options, backing); // forks at once; what follows loads modules for a while
    resolve(startBacking(options));
    const [services, host] = await Promise.allSettled([backing, starting]);
    if (services.status === 'fulfilled') running.add(services.value);
    if (host.status === 'fulfilled') running.add(host.value);
    const [{ cosmos, issuer }, functions] = await Promise.all([backing, starting]);
    return { functions, cosmos, issuer, close: () => running.close() };
  });
}

/** What the function app calls. */
interface Backing extends Closeable {
  readonly cosmos: CosmosServer;
  readonly issuer: Issuer;
}

function startBacking(options: StackOptions): Promise<Backing> {
  return startOrUndo(async (running) => {
    const starting = [startDataServer(options), startTokenIssuer(options)] as const;
    for (const part of await Promise.allSettled(starting)) {
      if (part.status === 'fulfilled') running.add(part.value);
    }
    const [cosmos, issuer] = await Promise.all(starting);
    return { cosmos, issuer, close: () => running.close() };
  });
}

async function startDataServer(options: StackOptions): Promise<CosmosServer> {
  const { startCosmos } = await import('@lazurite/cosmos');
  return startCosmos({ ...shared(options, 'cosmos'), port: options.cosmosPort ?? 0 });
}

async function startTokenIssuer(options: StackOptions): Promise<Issuer> {
  const { startIssuer } = await import('@lazurite/identity');
  return startIssuer({ ...shared(options, 'identity'), port: options.issuerPort ?? 0 });
}

function startHost(options: StackOptions, backing: Promise<Backing>): Promise<FunctionsHost> {
  const endpoints = { cosmos: '', issuer: '' };
  const env = backing.then(({ cosmos, issuer }) => {
    Object.assign(endpoints, { cosmos: cosmos.endpoint, issuer: issuer.url });
    return options.env ?? {};
  });
  return startFunctionsHost({
    scriptRoot: options.scriptRoot,
    port: options.port ?? 0,
    address: options.address ?? '127.0.0.1',
    env, // the host reads no setting before it has this
    rewriteSetting: (value) => createSettingRewriter(endpoints)(value),
    ...(options.onEvent && { onEvent: options.onEvent }),
    clock: options.clock,
    log: options.log,
  });
}

function shared({ address, dataDir, clock, randomness, log }: StackOptions, folder: string) {
  return {
    ...(address !== undefined && { address }),
    ...(dataDir !== undefined && { dataDir: join(dataDir, folder) }),
    ...{ clock, randomness, log },
  };
}
