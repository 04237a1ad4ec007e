import type { JsonObject } from './json-file.ts';

export const LOG_LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** host.json with the environment's overrides applied and every default filled in. Times are milliseconds. */
export interface HostSettings {
  /** host.json with overrides, for `GET /admin/host/config`. */
  readonly effective: JsonObject;
  /** Undefined: no limit. */
  readonly functionTimeoutMs: number | undefined;
  readonly http: HttpSettings;
  readonly logging: LoggingSettings;
  /** Only these functions run; undefined: all. */
  readonly functions: readonly string[] | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly watchDirectories: readonly string[];
  readonly watchFiles: readonly string[];
  readonly extensionBundle: { readonly id: string; readonly version: string } | undefined;
  readonly queues: QueuesSettings;
  readonly blobs: BlobsSettings;
  readonly cosmosDB: CosmosDBSettings;
  readonly mcp: McpSettings;
  /** Undefined: the app's own code runs in Node.js. */
  readonly customHandler: CustomHandlerSettings | undefined;
}

export interface HttpSettings {
  /** Without slashes at its ends; may be empty. */
  readonly routePrefix: string;
  /** -1: no limit. */
  readonly maxOutstandingRequests: number;
  /** -1: no limit. */
  readonly maxConcurrentRequests: number;
  readonly customHeaders: Readonly<Record<string, string>>;
  readonly hsts: HstsSettings;
}

export interface HstsSettings {
  readonly isEnabled: boolean;
  readonly maxAgeMs: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
  readonly excludedHosts: readonly string[];
}

export interface LoggingSettings {
  /** By category as spelled in host.json; `default` is for all others. */
  readonly levels: Readonly<Record<string, LogLevel>>;
  readonly consoleEnabled: boolean | undefined;
}

export interface QueuesSettings {
  readonly batchSize: number;
  readonly newBatchThreshold: number | undefined;
  readonly maxDequeueCount: number;
  readonly maxPollingIntervalMs: number;
  readonly visibilityTimeoutMs: number;
  readonly messageEncoding: 'base64' | 'none';
}

export interface BlobsSettings {
  readonly maxDegreeOfParallelism: number | undefined;
  readonly poisonBlobThreshold: number;
}

export interface CosmosDBSettings {
  readonly leasePrefix: string;
}

/** How often a failed invocation is repeated, and after which delay. Times are milliseconds. */
export type RetryPolicy =
  | { readonly strategy: 'fixedDelay'; readonly maxRetryCount: number; readonly delayMs: number }
  | {
      readonly strategy: 'exponentialBackoff';
      /** -1: no limit. */
      readonly maxRetryCount: number;
      readonly minimumMs: number;
      readonly maximumMs: number;
    };

/**
 * The level of the longest configured category that `category` equals or lies below (`Function` covers `Function.X`), else
 * that of `default`; undefined where neither is configured.
 */
export function configuredLogLevel(settings: LoggingSettings, category: string): LogLevel | undefined {
  const name = category.toLowerCase();
  const matching = Object.keys(settings.levels)
    .filter((key) => name === key.toLowerCase() || name.startsWith(`${key.toLowerCase()}.`))
    .sort((a, b) => b.length - a.length);
  return settings.levels[matching[0] ?? 'default'];
}

/** The configured level, else the default of Azure's host. */
export function logLevelOf(settings: LoggingSettings, category: string): LogLevel {
  return configuredLogLevel(settings, category) ?? 'information';
}

/** `extensions.mcp`. `encryptClientState` has no effect: Azure's host does not encrypt on a developer's machine. */
export interface McpSettings {
  readonly serverName: string;
  readonly serverVersion: string;
  /** The description of the server in the response to `initialize`. */
  readonly instructions: string | undefined;
  /** `messageOptions.useAbsoluteUriForEndpoint` */
  readonly usesAbsoluteUri: boolean;
}

/** `customHandler`: an executable of the app that runs its functions behind HTTP. */
export interface CustomHandlerSettings {
  /** Relative to the app's folder where such a file exists, else a command of the system. */
  readonly executable: string;
  readonly arguments: readonly string[];
  /** Relative to the app's folder; undefined: that folder. */
  readonly workingDirectory: string | undefined;
  /**
   * What the executable gets of a function with an HTTP trigger, an HTTP output and nothing else: `payload` is what it
   * gets of all other functions; `forward` the request, at its own path or at that of the function's name; `proxy` the
   * request as a stream.
   */
  readonly httpRequests: 'payload' | 'forward' | 'forward-by-name' | 'proxy';
  /** Undefined: any free port. */
  readonly port: number | undefined;
  readonly initializationTimeoutMs: number;
  /** HTTP functions without a function.json. */
  readonly routes: readonly CustomHandlerRoute[];
}

export interface CustomHandlerRoute {
  readonly route: string;
  readonly authLevel: string;
}
