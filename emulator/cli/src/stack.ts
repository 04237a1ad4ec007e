import { join } from 'node:path';
import { type CosmosServer, startCosmos } from '@lazurite/cosmos';
import { type FunctionsHost, startFunctionsHost } from '@lazurite/functions';
import { type Issuer, startIssuer } from '@lazurite/identity';
import { type Clock, type Closeable, type Log, type Randomness, type Shutdown, startOrUndo } from '@lazurite/runtime';
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
 * Starts the data server and the issuer together, then the functions host, whose app settings name them. Rejects with
 * the first failure; then nothing is left running.
 */
export function startStack(options: StackOptions): Promise<Stack> {
  return startOrUndo(async (running) => {
    const [cosmos, issuer] = await startTogether(running, startDataServer(options), startTokenIssuer(options));
    const functions = running.add(await startHost(options, { cosmos, issuer }));
    return { functions, cosmos, issuer, close: () => running.close() };
  });
}

/** Waits for both, also when one fails, so that `running` knows of all that was started. */
async function startTogether<A extends Closeable, B extends Closeable>(
  running: Shutdown,
  first: Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  await Promise.allSettled([first.then((part) => running.add(part)), second.then((part) => running.add(part))]);
  return Promise.all([first, second]);
}

function startDataServer(options: StackOptions): Promise<CosmosServer> {
  return startCosmos({
    ...shared(options, 'cosmos'),
    port: options.cosmosPort ?? 0,
  });
}

function startTokenIssuer(options: StackOptions): Promise<Issuer> {
  return startIssuer({ ...shared(options, 'identity'), port: options.issuerPort ?? 0 });
}

function startHost(options: StackOptions, parts: Pick<Stack, 'cosmos' | 'issuer'>): Promise<FunctionsHost> {
  return startFunctionsHost({
    scriptRoot: options.scriptRoot,
    port: options.port ?? 0,
    address: options.address ?? '127.0.0.1',
    rewriteSetting: createSettingRewriter({ cosmos: parts.cosmos.endpoint, issuer: parts.issuer.url }),
    ...(options.env && { env: options.env }),
    clock: options.clock,
    randomness: options.randomness,
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
