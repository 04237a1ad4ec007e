import type { Step, SupervisorEffect, SupervisorEvent, SupervisorState, WorkerId } from './supervisor-state.ts';

/**
 * Starts loading the app in a new worker. What serves meanwhile, the app or 503, goes on: both workers accept from one
 * socket, so that no connection is refused.
 */
export function beginLoad(state: SupervisorState, loadingFor: SupervisorState['loadingFor']): Step {
  const worker = state.lastWorker + 1;
  const phase = state.current === undefined ? 'restarting' : 'reloading';
  return {
    state: { ...state, phase, loading: worker, lastWorker: worker, loadingFor, isReloadDue: false },
    effects: [{ type: 'load', worker }],
  };
}

/** The load under way may have read files that have changed since: another follows it. */
export function requestAnotherLoad(state: SupervisorState): Step {
  return { state: { ...state, isReloadDue: true }, effects: [] };
}

/** The worker that has loaded the app becomes the current one; the one before it finishes its requests and leaves. */
export function adoptLoaded(state: SupervisorState, { worker }: { readonly worker: WorkerId }, now: number): Step {
  const { current: before } = state;
  const adopted: SupervisorState = {
    ...state,
    current: worker,
    loading: undefined,
    leaving: before === undefined ? state.leaving : [...state.leaving, before],
    unloadable: undefined,
    servingSince: now,
  };
  const effects: SupervisorEffect[] = [{ type: 'adopt', worker }];
  if (before !== undefined) effects.push({ type: 'stop', worker: before, because: 'reload' });
  if (state.loadingFor !== 'start' && adopted.leaving.length === 0) effects.push({ type: 'open-inspector', worker });
  const { state: next, effects: more } = startTriggersWhenFree(adopted);
  return { state: next, effects: [...effects, ...more] };
}

/** The old worker goes on when the new one could not load the app. */
export function keepCurrent(
  state: SupervisorState,
  { error }: Extract<SupervisorEvent, { type: 'load-failed' }>,
): Step {
  const { loadingFor } = state;
  const effects: SupervisorEffect[] = [{ type: 'reject-load', error, loadingFor }];
  if (state.isReloadDue) {
    const { state: next, effects: more } = beginLoad(state, 'reload');
    return { state: next, effects: [...effects, ...more] };
  }
  effects.push({ type: 'prepare-standby' });
  return { state: { ...state, phase: 'serving', loading: undefined }, effects };
}

/** Two workers must never fire the same timer: the triggers of the current one wait for the one before it. */
export function startTriggersWhenFree(state: SupervisorState): Step {
  const { current, loadingFor } = state;
  if (current === undefined || state.triggerOwner !== undefined)
    return { state: { ...state, phase: 'handing-over' }, effects: [] };
  const effects: SupervisorEffect[] = [
    { type: 'start-triggers', worker: current },
    { type: 'settle-load', loadingFor },
  ];
  const serving: SupervisorState = { ...state, phase: 'serving', triggerOwner: current };
  if (!state.isReloadDue) return { state: serving, effects };
  const { state: next, effects: more } = beginLoad(serving, 'reload');
  return { state: next, effects: [...effects, ...more] };
}
