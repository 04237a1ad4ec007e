/** What a caller can tell apart. */
export type FunctionsHostErrorCode =
  | 'AppLoadFailed'
  | 'BindingFailed'
  | 'ConnectionMissing'
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

/** Base of this package's errors. The message is fit to be shown to a person as it is. */
export class FunctionsHostError extends Error {
  readonly code: FunctionsHostErrorCode;

  constructor(code: FunctionsHostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The function app could not be loaded; the message says what was wrong and how to mend it. */
export class AppLoadError extends FunctionsHostError {
  constructor(message: string, options?: ErrorOptions) {
    super('AppLoadFailed', message, options);
  }
}

/** The worker process ended, or did not answer, where an answer was needed. */
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

/** The `code` of what Node's own modules threw. Not by `instanceof`: in jest these errors are of another realm. */
export function errnoOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
