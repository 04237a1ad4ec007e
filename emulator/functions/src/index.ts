import '@lazurite/runtime/require-node';

export { DEVELOPMENT_STORAGE_SETTING } from './config/connections.ts';
export { readHostSettings } from './config/host-json.ts';
export { LOG_LEVELS } from './config/host-settings.ts';
export type { LocalHostSettings } from './config/local-settings.ts';
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
export {
  AppLoadError,
  ConfigError,
  FunctionsHostError,
  type FunctionsHostErrorCode,
  WorkerFailedError,
} from './errors.ts';
export { HOST_VERSION } from './host-version.ts';
export {
  type HostedApp,
  type HostedAppOptions,
  type OpenFunctionApp,
  type OpenFunctionAppOptions,
  openFunctionApp,
  openHostedApp,
} from './in-process/open-function-app.ts';
export type { FunctionInfo, HostEvent } from './protocol/events.ts';
export type { InvocationLogLine, InvokeOutcome } from './protocol/messages.ts';
export { readLocalHost, readLocalValues } from './supervisor/configuration/app-environment.ts';
export type { HttpsOptions } from './supervisor/configuration/tls-identity.ts';
export type { FunctionsHost, FunctionsHostOptions } from './supervisor/functions-host.ts';
export { startFunctionsHost } from './supervisor/start-functions-host.ts';
export { type TriggerSupport, triggerSupport } from './worker/triggers/known-triggers.ts';
export type { TriggerStates } from './worker/triggers/trigger.ts';
