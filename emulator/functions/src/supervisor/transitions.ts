import {
  continueLoading,
  reloadWithoutDelay,
  restartAfterCrash,
  restartNow,
  restartUnavailable,
  serveUnavailable,
} from './crash-restart.ts';
import { adoptLoaded, beginLoad, keepCurrent, requestAnotherLoad, startTriggersWhenFree } from './reload.ts';
import type { Phase, Step, SupervisorEffect, SupervisorEvent, SupervisorState } from './supervisor-state.ts';

/** The events of workers, by the part that the worker has: a crash of the current one is not the exit of a leaving one. */
interface EventsByName {
  reload: SupervisorEvent;
  loaded: Extract<SupervisorEvent, { type: 'loaded' }>;
  'load-failed': Extract<SupervisorEvent, { type: 'load-failed' }>;
  'current-hung': Extract<SupervisorEvent, { type: 'hung' }>;
  'current-exited': Extract<SupervisorEvent, { type: 'exited' }>;
  'leaving-hung': Extract<SupervisorEvent, { type: 'hung' }>;
  'leaving-released': Extract<SupervisorEvent, { type: 'released' }>;
  'leaving-exited': Extract<SupervisorEvent, { type: 'exited' }>;
  'restart-due': SupervisorEvent;
  close: SupervisorEvent;
}
export type EventName = keyof EventsByName;

type Transition<E> = (state: SupervisorState, event: E, now: number) => Step;
type Row = { readonly [Name in EventName]: Transition<EventsByName[Name]> };

/** What every phase does with a worker that leaves, unless its row says otherwise. */
const LEAVING = {
  'leaving-hung': endHung,
  'leaving-released': releaseTriggers,
  'leaving-exited': forgetLeaving,
};

/**
 * The whole behaviour: what each event means in each phase. `ignore` stands where an event cannot come, or comes too late
 * to matter.
 */
export const TRANSITIONS: { readonly [P in Phase]: Row } = {
  starting: {
    ...LEAVING,
    reload: requestAnotherLoad,
    loaded: adoptLoaded,
    'load-failed': failToStart,
    'current-hung': ignore,
    'current-exited': ignore,
    'restart-due': ignore,
    close,
  },
  serving: {
    ...LEAVING,
    reload: (state) => beginLoad(state, 'reload'),
    loaded: ignore,
    'load-failed': ignore,
    'current-hung': endHung,
    'current-exited': restartAfterCrash,
    'leaving-exited': prepareNextReload,
    'restart-due': ignore,
    close,
  },
  'handing-over': {
    ...LEAVING,
    reload: requestAnotherLoad,
    loaded: ignore,
    'load-failed': ignore,
    'current-hung': endHung,
    'current-exited': restartAfterCrash,
    'leaving-released': (state, event) => thenTakeTriggers(releaseTriggers(state, event)),
    'leaving-exited': (state, event) => thenTakeTriggers(prepareNextReload(state, event)),
    'restart-due': ignore,
    close,
  },
  reloading: {
    ...LEAVING,
    reload: requestAnotherLoad,
    loaded: adoptLoaded,
    'load-failed': (state, event) =>
      state.unloadable === undefined ? keepCurrent(state, event) : serveUnavailable(state, event),
    'current-hung': endHung,
    'current-exited': continueLoading,
    'restart-due': ignore,
    close,
  },
  'backing-off': {
    ...LEAVING,
    reload: reloadWithoutDelay,
    loaded: ignore,
    'load-failed': ignore,
    'current-hung': ignore,
    'current-exited': ignore,
    'restart-due': restartNow,
    close,
  },
  restarting: {
    ...LEAVING,
    reload: requestAnotherLoad,
    loaded: adoptLoaded,
    'load-failed': serveUnavailable,
    'current-hung': ignore,
    'current-exited': ignore,
    'restart-due': ignore,
    close,
  },
  unloadable: {
    ...LEAVING,
    reload: reloadWithoutDelay,
    loaded: ignore,
    'load-failed': ignore,
    'current-hung': ignore,
    'current-exited': restartUnavailable,
    'restart-due': restartNow,
    close,
  },
  closing: {
    ...LEAVING,
    reload: cancelWaiting,
    loaded: ignore,
    'load-failed': ignore,
    'current-hung': ignore,
    'current-exited': ignore,
    'leaving-exited': (state, event) => closedWhenEmpty(forgetLeaving(state, event)),
    'restart-due': ignore,
    close: ignore,
  },
  closed: {
    ...LEAVING,
    reload: cancelWaiting,
    loaded: ignore,
    'load-failed': ignore,
    'current-hung': ignore,
    'current-exited': ignore,
    'restart-due': ignore,
    close: (state) => ({ state, effects: [{ type: 'report-closed' }] }),
  },
};

/**
 * The state after an event, and what is to be done. Pure: an event of a worker that is no longer known changes nothing.
 *
 * @param now milliseconds of the monotonic clock
 */
export function step(state: SupervisorState, event: SupervisorEvent, now: number): Step {
  const name = nameOf(state, event);
  if (name === undefined) return ignore(state);
  const transition = TRANSITIONS[state.phase][name] as Transition<SupervisorEvent>; // nameOf has chosen it by the event
  return transition(state, event, now);
}

/** What an event of a worker is called, by the part that this worker has. Undefined: it is of no concern. */
const NAMES: Readonly<Record<'current' | 'loading' | 'leaving', Partial<Record<SupervisorEvent['type'], EventName>>>> =
  {
    current: { recycle: 'reload', hung: 'current-hung', exited: 'current-exited' },
    // The exit of a worker that is loading is reported again as `load-failed`, with the reason.
    loading: { loaded: 'loaded', 'load-failed': 'load-failed' },
    leaving: {
      hung: 'leaving-hung',
      released: 'leaving-released',
      exited: 'leaving-exited',
      'load-failed': 'leaving-exited',
    },
  };

/** Undefined: the event is of no concern any more. */
export function nameOf(state: SupervisorState, event: SupervisorEvent): EventName | undefined {
  if (event.type === 'reload' || event.type === 'restart-due' || event.type === 'close') return event.type;
  if (event.worker === state.current) return NAMES.current[event.type];
  if (event.worker === state.loading) return NAMES.loading[event.type];
  return state.leaving.includes(event.worker) ? NAMES.leaving[event.type] : undefined;
}

function ignore(state: SupervisorState): Step {
  return { state, effects: [] };
}

function cancelWaiting(state: SupervisorState): Step {
  return { state, effects: [{ type: 'cancel-waiting' }] };
}

function failToStart(state: SupervisorState, { error }: EventsByName['load-failed']): Step {
  return {
    state: { ...state, phase: 'closed', loading: undefined },
    effects: [{ type: 'reject-load', error, loadingFor: 'start' }, { type: 'cancel-waiting' }],
  };
}

/** Its exit follows, and is then handled as that of the current or of a leaving worker. */
function endHung(state: SupervisorState, { worker }: EventsByName['current-hung']): Step {
  return { state, effects: [{ type: 'end-hung', worker }] };
}

function releaseTriggers(state: SupervisorState, { worker }: { readonly worker: number }): Step {
  if (state.triggerOwner !== worker) return ignore(state);
  return { state: { ...state, triggerOwner: undefined }, effects: [] };
}

function forgetLeaving(state: SupervisorState, event: { readonly worker: number }): Step {
  const { state: released } = releaseTriggers(state, event);
  return { state: { ...released, leaving: released.leaving.filter((worker) => worker !== event.worker) }, effects: [] };
}

/** Only when the old worker has exited: until then the processor is needed for the requests that it finishes. */
function prepareNextReload(state: SupervisorState, event: { readonly worker: number }): Step {
  const { state: next } = forgetLeaving(state, event);
  if (next.current === undefined || next.leaving.length > 0) return ignore(next);
  return { state: next, effects: [{ type: 'open-inspector', worker: next.current }, { type: 'prepare-standby' }] };
}

function thenTakeTriggers({ state, effects }: Step): Step {
  if (state.triggerOwner !== undefined) return { state, effects };
  const { state: next, effects: more } = startTriggersWhenFree(state);
  return { state: next, effects: [...effects, ...more] };
}

function close(state: SupervisorState): Step {
  const { current, loading, leaving } = state;
  const stopping = [current, loading].filter((worker) => worker !== undefined);
  const effects: SupervisorEffect[] = [
    { type: 'stop-listening' },
    { type: 'cancel-restart' },
    { type: 'cancel-waiting' },
    ...stopping.map((worker) => ({ type: 'stop', worker, because: 'close' }) as const),
  ];
  const closing: SupervisorState = {
    ...state,
    phase: 'closing',
    current: undefined,
    loading: undefined,
    isReloadDue: false,
    leaving: [...leaving, ...stopping],
  };
  return closedWhenEmpty({ state: closing, effects });
}

function closedWhenEmpty({ state, effects }: Step): Step {
  if (state.leaving.length > 0) return { state, effects };
  return { state: { ...state, phase: 'closed' }, effects: [...effects, { type: 'report-closed' }] };
}
