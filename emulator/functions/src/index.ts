export { DEVELOPMENT_STORAGE_SETTING } from './bindings/storage-connection.ts';
export { ConfigError } from './config/config-error.ts';
export { formatFunctionList } from './console/function-list.ts';
export { formatExecuted, formatExecuting, formatLogLine, WORKER_STARTED_LINE } from './console/lines.ts';
export { type Paint, paintFor } from './console/paint.ts';
export { AppLoadError, FunctionsHostError, type FunctionsHostErrorCode, WorkerFailedError } from './errors.ts';
export { type FunctionsHost, type FunctionsHostOptions, startFunctionsHost } from './host/start-functions-host.ts';
export type { FunctionInfo, HostEvent } from './ipc/events.ts';
export type { InvokeOutcome } from './ipc/messages.ts';
