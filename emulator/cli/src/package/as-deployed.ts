import { createHash } from 'node:crypto';
import type { StackOptions } from '../stack.ts';
import type { OpenedPackage } from './open-package.ts';

export interface AsDeployedOptions {
  /** Where the package came from: it names the app, whichever version of it this is. */
  readonly file: string;
  /** App settings, in the form of local.settings.json; null: those of the environment alone. */
  readonly settingsFile: string | null;
  /** Wins over both what is set here and the file. */
  readonly env: NodeJS.ProcessEnv;
}

/** A stack's options that run a package the way the cloud does: with keys, nothing from outside, no reload. */
export function asDeployed(
  { scriptRoot }: OpenedPackage,
  { file, settingsFile, env }: AsDeployedOptions,
): Pick<StackOptions, 'scriptRoot' | 'env' | 'host'> {
  return {
    scriptRoot,
    env: { ...platformSettings(file), ...env },
    host: {
      enableAuth: true,
      confined: true,
      settingsFile,
      watch: false,
      cors: { origins: [], credentials: false }, // Azure has that in the site, not in a file of the app
    },
  };
}

/** What Azure sets for a package that it runs, and an identity of the app that outlasts its versions. */
function platformSettings(file: string): NodeJS.ProcessEnv {
  return {
    AZURE_FUNCTIONS_ENVIRONMENT: 'Production',
    WEBSITE_RUN_FROM_PACKAGE: '1',
    AzureFunctionsWebHost__hostid: createHash('sha256').update(file).digest('hex').slice(0, 32),
  };
}
