export { ConfigError } from './config/config-error.ts';
export { readHostSettings } from './config/host-json.ts';
export { LOG_LEVELS } from './config/host-settings.ts';
export type { LocalHostSettings } from './config/local-settings.ts';
export { DEVELOPMENT_STORAGE_SETTING } from './config/storage-connection.ts';
export { formatFunctionList } from './console/function-list.ts';
export {
  formatBanner,
  formatExecuted,
  formatExecuting,
  formatLogLine,
  hostLockLine,
  WORKER_STARTED_LINE,
} from './console/lines.ts';
export { type Paint, paintFor } from './console/paint.ts';
export { AppLoadError, FunctionsHostError, type FunctionsHostErrorCode, WorkerFailedError } from './errors.ts';
export { readLocalHost, readLocalValues } from './host/app-environment.ts';
export type { FunctionsHost, FunctionsHostOptions } from './host/functions-host.ts';
export { startFunctionsHost } from './host/start-functions-host.ts';
export type { HttpsOptions } from './host/tls-identity.ts';
export { HOST_VERSION } from './host-version.ts';
export { type OpenFunctionApp, type OpenFunctionAppOptions, openFunctionApp } from './in-process/open-function-app.ts';
export type { FunctionInfo, HostEvent } from './ipc/events.ts';
export type { InvocationLogLine, InvokeOutcome } from './ipc/messages.ts';
export { type TriggerSupport, triggerSupport } from './worker/triggers/known-triggers.ts';
