import { resolve } from 'node:path';
import type { TokenOptions } from '@lazurite/identity';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { startStack as startWholeStack } from 'lazurite';

export interface TestStackOptions {
  /** Absent: everything in memory. */
  readonly dataDir?: string;
  /** Added to the function app's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the function app of this repository. */
  readonly scriptRoot?: string;
}

export interface TestStack {
  readonly functionsUrl: string;
  readonly cosmosEndpoint: string;
  readonly issuer: {
    readonly url: string;
    mint(options?: TokenOptions): Promise<string>;
    rotateKeys(): Promise<void>;
  };
  close(): Promise<void>;
}

export const repositoryRoot: string = resolve(import.meta.dirname, '../..');

/** The whole of Lazurite on free ports, for the test that calls it alone. The function app must have been built. */
export async function startStack(options: TestStackOptions = {}): Promise<TestStack> {
  const stack = await startWholeStack({
    scriptRoot: options.scriptRoot ?? repositoryRoot,
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
    env: { ...process.env, ...options.env },
    ...{ clock: systemClock, randomness: systemRandomness, log: silentLog },
  });
  return {
    functionsUrl: stack.functions.url,
    cosmosEndpoint: stack.cosmos.endpoint,
    issuer: stack.issuer,
    close: () => stack.close(),
  };
}
