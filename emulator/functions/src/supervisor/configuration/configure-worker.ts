import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '@lazurite/runtime';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { FunctionsHostOptions } from '../functions-host.ts';
import { readConfiguration } from './app-environment.ts';
import { readTlsIdentity } from './tls-identity.ts';

/** Kestrel's limit as Azure's host sets it. */
const DEFAULT_MAX_BODY_BYTES = 104_857_600;

export interface WorkerConfiguration extends FunctionsHostOptions {
  readonly appRoot: string;
  readonly url: string;
  readonly drainMs: number;
}

/** Reads all that the app's settings and the options say. @throws ConfigError with the place of the mistake */
export async function configureWorker(options: WorkerConfiguration): Promise<WorkerInit> {
  const { appRoot, url, drainMs, rewriteSetting = (value) => value } = options;
  const hostname = `localhost:${new URL(url).port}`;
  const environment = (await options.env) ?? process.env;
  const { env, host, local } = await readConfiguration({
    appRoot,
    env: environment,
    rewriteSetting,
    hostname,
    ...(options.settingsFile !== undefined && { settingsFile: options.settingsFile }),
  });
  const dataDir = options.dataDir ?? join(appRoot, '.lazurite', 'functions');
  const clock = options.clock ?? systemClock;
  const tls = options.https && (await readTlsIdentity(options.https, { dataDir, clock }));
  for (const line of local.warnings) options.onEvent?.({ type: 'console', stream: 'stdout', line });
  return {
    appRoot,
    env,
    settings: host,
    enableAuth: options.enableAuth ?? false,
    triggers: options.triggers ?? true,
    confined: options.confined ?? false,
    functions: options.functions ?? host.functions ?? null,
    cors: options.cors ?? { origins: local.host.cors, credentials: local.host.corsCredentials },
    allowedHosts: options.allowedHosts ?? [],
    dataDir,
    ...(tls && { tls }),
    hostId: env.AzureFunctionsWebHost__hostid ?? hostIdOf(appRoot),
    maxBodyBytes: Number(env.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT) || DEFAULT_MAX_BODY_BYTES,
    drainMs,
    reportInvocations: options.onEvent !== undefined,
    publicUrl: url,
  };
}

/** The same for the same folder; Azure's host makes it of machine and app name (`HostIdProvider`). */
function hostIdOf(appRoot: string): string {
  return createHash('sha256').update(appRoot).digest('hex').slice(0, 32);
}
