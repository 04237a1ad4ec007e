/** A process that this supervisor has forked, in the order of forking. */
export type WorkerId = number;

/**
 * What the supervisor is doing:
 *
 * - `starting`: the first worker loads the app.
 * - `serving`: the current worker serves the app and fires its triggers.
 * - `handing-over`: the current worker serves; its triggers wait until the worker before it has stopped its own.
 * - `reloading`: the current worker serves while another loads the app as it is now.
 * - `backing-off`: the worker has crashed; the next one starts when the delay is over.
 * - `restarting`: no worker serves; one loads the app.
 * - `unloadable`: the app could not be loaded again after a crash; a worker without the app answers with 503.
 * - `closing`: all workers were sent `stop`.
 * - `closed`: no worker is left.
 */
export const PHASES = [
  'starting',
  'serving',
  'handing-over',
  'reloading',
  'backing-off',
  'restarting',
  'unloadable',
  'closing',
  'closed',
] as const;
export type Phase = (typeof PHASES)[number];

export interface SupervisorState {
  readonly phase: Phase;
  /** The one worker that accepts requests and invocations. With `unloadable` it has no app and answers 503. */
  readonly current: WorkerId | undefined;
  /** The worker that is loading the app, to become the current one. */
  readonly loading: WorkerId | undefined;
  /** Why `loading` was started. */
  readonly loadingFor: 'start' | 'reload' | 'restart';
  /** Whether the app must be loaded once more after the load under way, which may have read older files. */
  readonly isReloadDue: boolean;
  /** Workers that were sent `stop` and have not exited yet. */
  readonly leaving: readonly WorkerId[];
  /** The one worker whose timers, queues and so on may fire. */
  readonly triggerOwner: WorkerId | undefined;
  /** What kept the app from loading, while no worker serves it. */
  readonly unloadable: string | undefined;
  /** The delay before the next restart after a crash, in ms. */
  readonly restartDelayMs: number;
  /** When the current worker began to serve, in ms of the monotonic clock. */
  readonly servingSince: number;
  readonly lastWorker: WorkerId;
}

export interface WorkerExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** What hang detection has found out about a worker that it ended. */
export interface Hang {
  readonly limitMs: number;
  /** The invocations that were running, for a person. */
  readonly running: readonly string[];
}

export interface ExitedWorker {
  readonly worker: WorkerId;
  readonly exit: WorkerExit;
  /** Present when hang detection ended the worker. */
  readonly hang?: Hang;
}

/** What happens to the supervisor. Those with a worker are dropped when that worker is no longer known. */
export type SupervisorEvent =
  | { readonly type: 'reload' }
  /** The worker asks to be replaced. */
  | { readonly type: 'recycle'; readonly worker: WorkerId }
  | { readonly type: 'loaded'; readonly worker: WorkerId }
  /** The worker could not load the app, and has exited. `isAppBroken`: only a change of the app mends it. */
  | {
      readonly type: 'load-failed';
      readonly worker: WorkerId;
      readonly error: Error;
      readonly exit: WorkerExit;
      readonly isAppBroken: boolean;
    }
  /** The worker was sent `stop`, and fires no triggers any more. */
  | { readonly type: 'released'; readonly worker: WorkerId }
  /** The event loop of the worker has not turned for longer than a function may take. */
  | { readonly type: 'hung'; readonly worker: WorkerId }
  | ({ readonly type: 'exited' } & ExitedWorker)
  /** The delay of `schedule-restart` is over. */
  | { readonly type: 'restart-due' }
  | { readonly type: 'close' };

/** What the supervisor then has to do, in this order. */
export type SupervisorEffect =
  /** Start this worker with the app; ends in `loaded` or `load-failed`. */
  | { readonly type: 'load'; readonly worker: WorkerId }
  /** The worker serves the app from now on: watch it for hangs. */
  | { readonly type: 'adopt'; readonly worker: WorkerId }
  | { readonly type: 'start-triggers'; readonly worker: WorkerId }
  /** The current load has succeeded: callers that wait for it are notified. */
  | { readonly type: 'settle-load'; readonly loadingFor: SupervisorState['loadingFor'] }
  | { readonly type: 'reject-load'; readonly error: Error; readonly loadingFor: SupervisorState['loadingFor'] }
  | { readonly type: 'stop'; readonly worker: WorkerId; readonly because: 'reload' | 'close' }
  /** Respond to the requests of a worker that hangs with 500, then kill it. */
  | { readonly type: 'end-hung'; readonly worker: WorkerId }
  /** Start this worker without the app: it answers every request with 503. */
  | { readonly type: 'serve-unavailable'; readonly worker: WorkerId }
  | ({ readonly type: 'report-exit'; readonly restartInMs: number | null } & ExitedWorker)
  | { readonly type: 'schedule-restart'; readonly delayMs: number }
  | { readonly type: 'cancel-restart' }
  /** The worker before this one has exited, and with it the inspector on its port. */
  | { readonly type: 'open-inspector'; readonly worker: WorkerId }
  | { readonly type: 'prepare-standby' }
  | { readonly type: 'stop-listening' }
  /** Everybody who waits for a load learns that it will not come. */
  | { readonly type: 'cancel-waiting' }
  | { readonly type: 'report-closed' };

export interface Step {
  readonly state: SupervisorState;
  readonly effects: readonly SupervisorEffect[];
}

export const FIRST_RESTART_MS = 100;

export const INITIAL_STATE: SupervisorState = {
  phase: 'starting',
  current: undefined,
  loading: 1,
  loadingFor: 'start',
  isReloadDue: false,
  leaving: [],
  triggerOwner: undefined,
  unloadable: undefined,
  restartDelayMs: FIRST_RESTART_MS,
  servingSince: 0,
  lastWorker: 1,
};
