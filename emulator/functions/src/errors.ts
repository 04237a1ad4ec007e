/** The errors that a caller can distinguish. */
export type FunctionsHostErrorCode =
  | 'AppLoadFailed'
  | 'BindingFailed'
  | 'BindingNotEmulated'
  | 'ConnectionMissing'
  | 'CustomHandlerFailed'
  | 'FunctionNotFound'
  | 'FunctionTimeout'
  | 'InvalidBindingExpression'
  | 'InvalidConfig'
  | 'InvalidRegistration'
  | 'InvalidRouteTemplate'
  | 'InvalidSchedule'
  | 'ReadOnlyProperty'
  | 'WorkerFailed'
  | 'WorkerProtocol';

/** Base class of this package's errors. The message can be shown to a person. */
export class FunctionsHostError extends Error {
  readonly code: FunctionsHostErrorCode;

  constructor(code: FunctionsHostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The function app could not be loaded; the message says why and how to correct it. */
export class AppLoadError extends FunctionsHostError {
  constructor(message: string, options?: ErrorOptions) {
    super('AppLoadFailed', message, options);
  }
}

/** A configuration file or a setting cannot be used. The message names the place and says what was expected. */
export class ConfigError extends FunctionsHostError {
  constructor(message: string, options?: ErrorOptions) {
    super('InvalidConfig', message, options);
  }
}

/** A function binds data of a service that does not run here, or in a direction that the type does not have. */
export class BindingNotEmulatedError extends FunctionsHostError {
  constructor(message: string) {
    super('BindingNotEmulated', message);
  }
}

/** The executable of `customHandler` ended, never answered, or answered with what is no response of a function. */
export class CustomHandlerError extends FunctionsHostError {
  constructor(message: string, options?: ErrorOptions) {
    super('CustomHandlerFailed', message, options);
  }
}

/** The worker process ended or did not respond. */
export class WorkerFailedError extends FunctionsHostError {
  constructor(message: string, options?: ErrorOptions) {
    super('WorkerFailed', message, options);
  }
}

/** The text of anything that was thrown, with its stack when it has one. */
export function describeThrown(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.stack ?? `${thrown.name}: ${thrown.message}`;
  return String(thrown);
}

/** The message alone of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of an error of Node's own modules. Not by `instanceof`: under Jest these errors are of another realm. */
export function errnoOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
