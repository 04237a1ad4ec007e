import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TlsIdentity } from '@lazurite/http';
import { systemClock } from '@lazurite/runtime';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { FunctionsHostOptions } from '../functions-host.ts';
import { readConfiguration } from './app-environment.ts';
import { type HttpsOptions, readTlsIdentity } from './tls-identity.ts';

/** Kestrel's limit as Azure's host sets it. */
const DEFAULT_MAX_BODY_BYTES = 104_857_600;

export interface WorkerConfiguration extends FunctionsHostOptions {
  readonly appRoot: string;
  readonly url: string;
  readonly drainMs: number;
  /** Hints for a person are given at the start, and not at each reload. Default false. */
  readonly isReload?: boolean;
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
  const tls = options.https && (await readTls(options, options.https, dataDir));
  for (const line of local.warnings) say(options, line);
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
    capturesInvocations: options.onEvent !== undefined && options.capturesInvocations === true,
    publicUrl: url,
  };
}

async function readTls(options: WorkerConfiguration, https: HttpsOptions, dataDir: string): Promise<TlsIdentity> {
  const { identity, trustHint } = await readTlsIdentity(https, { dataDir, clock: options.clock ?? systemClock });
  if (trustHint !== undefined && !options.isReload) say(options, trustHint);
  return identity;
}

function say({ onEvent }: WorkerConfiguration, line: string): void {
  onEvent?.({ type: 'console', stream: 'stdout', line });
}

/** The same for the same folder; Azure's host makes it of machine and app name (`HostIdProvider`). */
function hostIdOf(appRoot: string): string {
  return createHash('sha256').update(appRoot).digest('hex').slice(0, 32);
}
