import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TokenOptions } from '@lazurite/identity';
import { silentLog, startOrUndo, systemClock, systemRandomness } from '@lazurite/runtime';
import { asDeployed, openPackage, type StackOptions, startStack as startWholeStack } from 'lazurite';

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
  readonly storageConnectionString: string;
  readonly issuer: {
    readonly url: string;
    mint(options?: TokenOptions): Promise<string>;
    rotateKeys(): Promise<void>;
  };
  /** What opens functions and the admin API: nothing is needed where nobody asks for keys. */
  readonly adminHeaders: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const repositoryRoot: string = resolve(import.meta.dirname, '../..');

const { TEST_PACKAGE } = process.env;
/** The zip that the app's tests run instead of its folder; undefined: none is (`npm run test:package` names one). */
export const packageFile: string | undefined = TEST_PACKAGE && resolve(repositoryRoot, TEST_PACKAGE);

/**
 * The whole of Lazurite on free ports, for the test that calls it alone. The function app must have been built, or
 * packaged where the tests run the package.
 */
export function startStack({ scriptRoot, ...options }: TestStackOptions = {}): Promise<TestStack> {
  return startOrUndo(async (running) => {
    const env = { ...process.env, ...options.env };
    const folder = await mkdtemp(join(tmpdir(), 'test-stack-'));
    running.add({ close: () => rm(folder, { recursive: true, force: true }) });
    const app = scriptRoot === undefined ? await openApp(env) : { scriptRoot, env };
    const isPackaged = scriptRoot === undefined && packageFile !== undefined;
    const dataDir = options.dataDir ?? (isPackaged ? folder : undefined); // where the keys are
    const common = { clock: systemClock, randomness: systemRandomness, log: silentLog };
    const stack = running.add(await startWholeStack({ ...app, ...common, ...(dataDir !== undefined && { dataDir }) }));
    return {
      functionsUrl: stack.functions.url,
      cosmosEndpoint: stack.cosmos.endpoint,
      storageConnectionString: stack.storage.connectionString,
      issuer: stack.issuer,
      adminHeaders: isPackaged && dataDir !== undefined ? await readMasterKey(dataDir) : {},
      close: () => running.close(),
    };
  });
}

/** Beside the packages that the app must not find there; unpacked once for all test files. */
const UNPACKED = join(repositoryRoot, 'node_modules/.cache/test-packages');

/** How a stack runs the function app of this repository: from its folder, or from the package. */
export async function openApp(env: NodeJS.ProcessEnv): Promise<Pick<StackOptions, 'scriptRoot' | 'env' | 'host'>> {
  if (packageFile === undefined) return { scriptRoot: repositoryRoot, env };
  const opened = await openPackage(packageFile, { folder: UNPACKED, randomness: systemRandomness });
  const settingsFile = join(repositoryRoot, 'local.settings.json');
  // The page to try the API is not deployed.
  return asDeployed(opened, { file: packageFile, settingsFile, env: { TRY_IT: 'off', ...env } });
}

async function readMasterKey(dataDir: string): Promise<Readonly<Record<string, string>>> {
  const { host } = JSON.parse(await readFile(join(dataDir, 'functions/secrets/host.json'), 'utf8'));
  return { 'x-functions-key': host.master };
}
