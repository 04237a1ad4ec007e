import { beginLoad } from './reload.ts';
import {
  type ExitedWorker,
  FIRST_RESTART_MS,
  type Step,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorState,
} from './supervisor-state.ts';

const MAX_RESTART_MS = 30_000;
/** A worker that has served for so long started well: its crash is a new trouble, and the first delay applies again. */
const HEALTHY_AFTER_MS = 60_000;

/**
 * The worker that served has exited, and none is loading. The next one starts after a delay that doubles from crash to
 * crash; at once when hang detection ended the worker, or when the app has changed.
 */
export function restartAfterCrash(state: SupervisorState, crash: ExitedWorker, now: number): Step {
  const idle = withoutCurrent(state, crash);
  if (state.isReloadDue) return reported(crash, 0, beginLoad(idle, 'reload'));
  if (crash.hang) return reported(crash, 0, beginLoad(idle, waitingFor(state)));
  const wasHealthy = now - state.servingSince > HEALTHY_AFTER_MS;
  const { delayMs, following } = nextDelay(wasHealthy ? FIRST_RESTART_MS : state.restartDelayMs);
  return reported(crash, delayMs, {
    state: { ...idle, phase: 'backing-off', loadingFor: waitingFor(state), restartDelayMs: following },
    effects: [{ type: 'schedule-restart', delayMs }],
  });
}

/** The worker that answered with 503 has exited, perhaps while another load was scheduled. */
export function restartUnavailable(state: SupervisorState, crash: ExitedWorker, now: number): Step {
  const { state: next, effects } = restartAfterCrash(state, crash, now);
  return { state: next, effects: [{ type: 'cancel-restart' }, ...effects] };
}

/** The worker that served has exited during a reload: the one that is loading takes its place. */
export function continueLoading(state: SupervisorState, crash: ExitedWorker): Step {
  return reported(crash, 0, { state: { ...withoutCurrent(state, crash), phase: 'restarting' }, effects: [] });
}

export function restartNow(state: SupervisorState): Step {
  return beginLoad(state, state.loadingFor === 'reload' ? 'reload' : 'restart');
}

/** A reload does not wait for the delay after a crash: what has changed may be what mends the app. */
export function reloadWithoutDelay(state: SupervisorState): Step {
  const { state: next, effects } = beginLoad(state, 'reload');
  return { state: next, effects: [{ type: 'cancel-restart' }, ...effects] };
}

/**
 * No worker serves the app, and it could not be loaded. A worker without the app answers with 503 until the next reload;
 * where the app itself is not to blame, the load is also tried again after a delay.
 */
export function serveUnavailable(
  state: SupervisorState,
  failure: Extract<SupervisorEvent, { type: 'load-failed' }>,
): Step {
  const { error, worker, exit } = failure;
  const rejected: SupervisorEffect = { type: 'reject-load', error, loadingFor: state.loadingFor };
  if (state.isReloadDue) {
    const { state: next, effects } = beginLoad(state, 'reload');
    return { state: next, effects: [rejected, ...effects] };
  }
  const current = state.current ?? state.lastWorker + 1;
  const lastWorker = Math.max(state.lastWorker, current);
  const unavailable: SupervisorState = {
    ...state,
    phase: 'unloadable',
    current,
    lastWorker,
    loading: undefined,
    loadingFor: 'restart',
    unloadable: error.message,
  };
  const effects: SupervisorEffect[] = [rejected];
  if (state.current === undefined) effects.push({ type: 'serve-unavailable', worker: current });
  effects.push({ type: 'prepare-standby' });
  if (failure.isAppBroken) return { state: unavailable, effects };
  const { delayMs, following } = nextDelay(state.restartDelayMs);
  const scheduled: Step = {
    state: { ...unavailable, restartDelayMs: following },
    effects: [...effects, { type: 'schedule-restart', delayMs }],
  };
  return reported({ worker, exit }, delayMs, scheduled);
}

/** A reload that somebody still waits for is reported as one when the restart that replaces it succeeds. */
function waitingFor({ phase, loadingFor }: SupervisorState): SupervisorState['loadingFor'] {
  return phase === 'handing-over' ? loadingFor : 'restart';
}

function withoutCurrent(state: SupervisorState, { worker }: ExitedWorker): SupervisorState {
  const triggerOwner = state.triggerOwner === worker ? undefined : state.triggerOwner;
  return { ...state, current: undefined, triggerOwner };
}

function nextDelay(delayMs: number): { readonly delayMs: number; readonly following: number } {
  return { delayMs, following: Math.min(delayMs * 2, MAX_RESTART_MS) };
}

function reported({ worker, exit, hang }: ExitedWorker, restartInMs: number, { state, effects }: Step): Step {
  return { state, effects: [{ type: 'report-exit', worker, exit, ...(hang && { hang }), restartInMs }, ...effects] };
}
