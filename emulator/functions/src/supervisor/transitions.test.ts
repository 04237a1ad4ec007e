import {
  INITIAL_STATE,
  PHASES,
  type SupervisorEvent,
  type SupervisorState,
  type WorkerId,
} from './supervisor-state.ts';
import { nameOf, step, TRANSITIONS } from './transitions.ts';

/** The processes and the waiting calls as they are outside, kept by what effects do and events tell. */
interface World {
  readonly state: SupervisorState;
  readonly alive: readonly WorkerId[];
  /** Workers that were told to start their triggers, and have neither released them nor exited. */
  readonly firing: readonly WorkerId[];
  readonly stopped: readonly WorkerId[];
  readonly isTimerSet: boolean;
  readonly isListening: boolean;
  readonly isClosed: boolean;
}

const EXIT = { exitCode: 1, signal: null };
/** Beyond this the walk would go on for ever: a worker that hangs in its drain can be joined by the next. */
const MAX_ALIVE = 4;

const FIRST: World = {
  state: INITIAL_STATE,
  alive: [1],
  firing: [],
  stopped: [],
  isTimerSet: false,
  isListening: true,
  isClosed: false,
};

/** Everything that can happen now, each in each of its kinds. */
function possibleEvents({ state, alive, isTimerSet }: World): SupervisorEvent[] {
  const error = new Error('broken');
  const events: SupervisorEvent[] = [{ type: 'close' }];
  if (alive.length < MAX_ALIVE) events.push({ type: 'reload' });
  if (isTimerSet) events.push({ type: 'restart-due' });
  for (const worker of alive) {
    events.push({ type: 'released', worker }, { type: 'hung', worker }, { type: 'recycle', worker });
    if (worker === state.loading) {
      events.push({ type: 'loaded', worker });
      for (const isAppBroken of [true, false])
        events.push({ type: 'load-failed', worker, error, exit: EXIT, isAppBroken });
    } else {
      events.push({ type: 'exited', worker, exit: EXIT });
      events.push({ type: 'exited', worker, exit: EXIT, hang: { limitMs: 1_000, running: [] } });
    }
  }
  return events;
}

/** The world after an event and its effects. Throws where a worker is told something that it cannot do. */
function follow(before: World, event: SupervisorEvent): World {
  const { state, effects } = step(before.state, event, 0);
  return { ...effects.reduce(carryOut, happen(before, event)), state };
}

function happen(world: World, event: SupervisorEvent): World {
  if (event.type === 'restart-due') return { ...world, isTimerSet: false };
  if (!('worker' in event)) return world;
  const others = (workers: readonly WorkerId[]) => workers.filter((worker) => worker !== event.worker);
  if (event.type === 'released')
    return world.stopped.includes(event.worker) ? { ...world, firing: others(world.firing) } : world;
  if (event.type !== 'exited' && event.type !== 'load-failed') return world;
  return {
    ...world,
    alive: others(world.alive),
    stopped: others(world.stopped),
    firing: others(world.firing),
  };
}

function carryOut(world: World, effect: SupervisorEffect): World {
  switch (effect.type) {
    case 'load':
    case 'serve-unavailable':
      expect(world.isListening).toBe(true);
      expect(world.alive).not.toContain(effect.worker);
      return { ...world, alive: [...world.alive, effect.worker] };
    case 'start-triggers':
      expect(world.firing).toEqual([]);
      return { ...world, firing: [effect.worker] };
    case 'stop':
      expect(world.alive).toContain(effect.worker);
      expect(world.stopped).not.toContain(effect.worker);
      return { ...world, stopped: [...world.stopped, effect.worker] };
    case 'adopt':
    case 'end-hung':
    case 'open-inspector':
      expect(world.alive).toContain(effect.worker);
      return world;
    case 'schedule-restart':
      expect(world.isTimerSet).toBe(false);
      return { ...world, isTimerSet: true };
    case 'cancel-restart':
      return { ...world, isTimerSet: false };
    case 'stop-listening':
      return { ...world, isListening: false };
    case 'report-closed':
      return { ...world, isClosed: true };
    default:
      return world;
  }
}

/** The same for worlds that differ only in how many workers there have been, and in the delay before a restart. */
function keyOf({ state, ...world }: World): string {
  const ids = [...new Set([state.current, state.loading, ...state.leaving, ...world.alive])];
  const short = {
    ...state,
    restartDelayMs: 0,
    lastWorker: 0,
    servingSince: 0,
    unloadable: state.unloadable !== undefined,
  };
  return JSON.stringify({ ...short, ...world }, (_name, value: unknown) =>
    typeof value === 'number' && value > 0 ? `w${ids.indexOf(value)}` : value,
  );
}

/** Every world that any order of events leads to, with the events that were met in each phase. */
function walk(): { readonly worlds: readonly World[]; readonly met: ReadonlySet<string> } {
  const seen = new Map([[keyOf(FIRST), FIRST]]);
  const met = new Set<string>();
  for (const world of seen.values()) {
    for (const event of possibleEvents(world)) {
      const name = nameOf(world.state, event);
      if (name !== undefined) met.add(`${world.state.phase} ${name}`);
      const next = follow(world, event);
      if (!seen.has(keyOf(next))) seen.set(keyOf(next), next);
    }
  }
  return { worlds: [...seen.values()], met };
}

const { worlds, met } = walk();

test('every phase is reached', () => {
  expect(new Set(worlds.map(({ state }) => state.phase))).toEqual(new Set(PHASES));
});

test('every event that a phase does not ignore can come in it', () => {
  const handled = PHASES.flatMap((phase) =>
    Object.entries(TRANSITIONS[phase])
      .filter(([, transition]) => transition.name !== 'ignore')
      .map(([name]) => `${phase} ${name}`),
  );
  const needsLeaving = (entry: string) => /^(starting|closed) leaving-/.test(entry);
  expect(handled.filter((entry) => !met.has(entry) && !needsLeaving(entry))).toEqual([]);
});

test('every worker that lives is the current one, is loading, or was told to stop', () => {
  for (const { state, alive } of worlds) {
    const known = [state.current, state.loading, ...state.leaving].filter((worker) => worker !== undefined);
    expect(new Set(known).size).toBe(known.length);
    expect([...known].sort()).toEqual([...alive].sort());
  }
});

test('at most one worker fires triggers, and a worker that serves the app fires them in the end', () => {
  for (const { state, firing } of worlds) {
    expect(firing).toEqual(state.triggerOwner === undefined ? [] : [state.triggerOwner]);
    if (state.phase === 'serving') expect(firing).toEqual([state.current]);
    if (state.phase === 'handing-over') expect(state.leaving).toContain(state.triggerOwner);
  }
});

test('a phase says which workers there are', () => {
  const serves = new Set(['serving', 'handing-over', 'reloading', 'unloadable']);
  const loads = new Set(['starting', 'reloading', 'restarting']);
  for (const { state, isTimerSet } of worlds) {
    expect([state.phase, state.current !== undefined]).toEqual([state.phase, serves.has(state.phase)]);
    expect([state.phase, state.loading !== undefined]).toEqual([state.phase, loads.has(state.phase)]);
    if (isTimerSet) expect(['backing-off', 'unloadable']).toContain(state.phase);
    if (state.phase === 'backing-off') expect(isTimerSet).toBe(true);
    if (state.phase === 'closed') expect(state.leaving).toEqual([]);
  }
});

test('from everywhere, close() and the exit of all workers end in closed, with no worker and no socket left', () => {
  for (const world of worlds) {
    let last = follow(world, { type: 'close' });
    for (const worker of last.alive) last = follow(last, { type: 'exited', worker, exit: EXIT });
    expect(last.state.phase).toBe('closed');
    expect(last.alive).toEqual([]);
    expect(last.isClosed).toBe(true);
    expect(last.isTimerSet).toBe(false);
  }
});

test('events of workers that are not known change nothing', () => {
  const exit = EXIT;
  const error = new Error('late');
  for (const { state } of worlds) {
    const worker = state.lastWorker + 1;
    const late: SupervisorEvent[] = [
      { type: 'loaded', worker },
      { type: 'load-failed', worker, error, exit, isAppBroken: true },
      { type: 'released', worker },
      { type: 'hung', worker },
      { type: 'recycle', worker },
      { type: 'exited', worker, exit },
    ];
    for (const event of late) expect(step(state, event, 0)).toEqual({ state, effects: [] });
  }
});

test('the delay before a restart doubles from crash to crash up to 30 s, and starts anew after a minute', () => {
  let state = step(INITIAL_STATE, { type: 'loaded', worker: 1 }, 0).state;
  const delays = Array.from({ length: 12 }, () => {
    const crashed = step(state, { type: 'exited', worker: state.current ?? 0, exit: EXIT }, 1_000);
    const restarted = step(crashed.state, { type: 'restart-due' }, 1_000);
    state = step(restarted.state, { type: 'loaded', worker: restarted.state.loading ?? 0 }, 1_000).state;
    return crashed.effects.flatMap((effect) => (effect.type === 'schedule-restart' ? [effect.delayMs] : []))[0];
  });
  expect(delays.slice(0, 6)).toEqual([100, 200, 400, 800, 1600, 3200]);
  expect(delays.at(-1)).toBe(30_000);
  const healthy = step(state, { type: 'exited', worker: state.current ?? 0, exit: EXIT }, 62_000);
  expect(healthy.effects).toContainEqual({ type: 'schedule-restart', delayMs: 100 });
});
