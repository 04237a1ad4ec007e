import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type LocalHostSettings, readLocalHost } from '@lazurite/functions';
import type { Closeable, Randomness } from '@lazurite/runtime';
import { CommandError } from '../errors.ts';
import type { PackageNotice } from '../output/console.ts';
import { asDeployed } from '../package/as-deployed.ts';
import { openPackage, removeOtherPackages } from '../package/open-package.ts';
import type { StackOptions } from '../stack.ts';
import type { StartFlags } from './start-command.ts';

/** The app that is to run, and what follows from where it was found. */
export interface ChosenApp extends Closeable {
  readonly stack: Pick<StackOptions, 'scriptRoot' | 'env'> & Required<Pick<StackOptions, 'host'>>;
  /** What its settings file says of the host. */
  readonly local: LocalHostSettings;
  /** Absent: it runs from its folder. */
  readonly notice?: PackageNotice;
  /** To be called once it serves, when nobody else uses the data directory. */
  tidyUp(): Promise<void>;
}

export interface ChooseAppDependencies {
  readonly env: NodeJS.ProcessEnv;
  readonly randomness: Randomness;
  /** Undefined: nothing is kept. */
  readonly dataDir: string | undefined;
}

/** @throws CommandError when there is no app, ConfigError when its settings cannot be read */
export async function chooseApp(flags: StartFlags, dependencies: ChooseAppDependencies): Promise<ChosenApp> {
  return flags.package === undefined
    ? chooseFolder(flags, dependencies)
    : choosePackage(resolve(flags.package), flags, dependencies);
}

async function chooseFolder(flags: StartFlags, { env }: ChooseAppDependencies): Promise<ChosenApp> {
  const scriptRoot = resolve(flags.prefix ?? flags.scriptRoot);
  requireFunctionApp(scriptRoot);
  const settingsFile = flags.settings === undefined ? undefined : resolve(flags.settings);
  return {
    stack: { scriptRoot, env, host: { watch: true, ...(settingsFile !== undefined && { settingsFile }) } },
    local: await readLocalHost(scriptRoot, settingsFile),
    tidyUp: async () => undefined,
    close: async () => undefined,
  };
}

const DEFAULT_SETTINGS = 'local.settings.json';

async function choosePackage(file: string, flags: StartFlags, dependencies: ChooseAppDependencies): Promise<ChosenApp> {
  const { env, randomness, dataDir } = dependencies;
  const folder = dataDir === undefined ? join(tmpdir(), `lazurite-${randomness.uuid()}`) : join(dataDir, 'packages');
  const opened = await openPackage(file, { folder, randomness });
  const named = resolve(flags.settings ?? DEFAULT_SETTINGS);
  const settingsFile = flags.settings === undefined && !existsSync(named) ? null : named;
  const { host = {}, ...stack } = asDeployed(opened, { file, settingsFile, env });
  return {
    stack: { ...stack, host },
    local: NO_HOST_SETTINGS,
    notice: { file, sha256: opened.sha256, settingsFile },
    tidyUp: async () => removeOtherPackages(folder, opened.sha256),
    close: async () => {
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The file gives a package its settings, no more: port and CORS of its folder's app are not its own. */
const NO_HOST_SETTINGS: LocalHostSettings = {
  localHttpPort: undefined,
  localHttpAddress: undefined,
  cors: [],
  corsCredentials: false,
};

function requireFunctionApp(scriptRoot: string): void {
  if (existsSync(resolve(scriptRoot, 'host.json'))) return;
  const message = `There is no function app in ${scriptRoot}: it has no host.json. Name the app's folder with --script-root, or its zip with --package`;
  throw new CommandError('NoFunctionApp', message);
}
