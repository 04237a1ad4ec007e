import assert from 'node:assert/strict';
import {
  INITIAL_STATE,
  PHASES,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorState,
  type WorkerId,
} from './supervisor-state.ts';
import { nameOf, step, TRANSITIONS } from './transitions.ts';

/** The processes and the waiting calls as they are outside, kept by what effects do and events tell. */
interface World {
  readonly state: SupervisorState;
  readonly alive: readonly WorkerId[];
  /** Workers that were sent the command to start their triggers, and have neither released them nor exited. */
  readonly firing: readonly WorkerId[];
  readonly stopped: readonly WorkerId[];
  readonly isTimerSet: boolean;
  readonly isListening: boolean;
  readonly isClosed: boolean;
}

const EXIT = { exitCode: 1, signal: null };
/** Workers may leave as slowly as they like; the walk has to end. */
const MAX_LEAVING = 2;

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
  const events: SupervisorEvent[] = [{ type: 'close' }, { type: 'reload' }];
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

/** The world after an event and its effects. Throws where a worker gets a command that it cannot carry out. */
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
      assert.equal(world.isListening, true);
      assert.ok(!world.alive.includes(effect.worker));
      return { ...world, alive: [...world.alive, effect.worker] };
    case 'start-triggers':
      assert.equal(world.firing.length, 0);
      return { ...world, firing: [effect.worker] };
    case 'stop':
      assert.ok(world.alive.includes(effect.worker));
      assert.ok(!world.stopped.includes(effect.worker));
      return { ...world, stopped: [...world.stopped, effect.worker] };
    case 'adopt':
    case 'end-hung':
    case 'open-inspector':
      assert.ok(world.alive.includes(effect.worker));
      return world;
    case 'schedule-restart':
      assert.equal(world.isTimerSet, false);
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
      const isWithin = next.state.phase === 'closing' || next.state.leaving.length <= MAX_LEAVING;
      if (isWithin && !seen.has(keyOf(next))) seen.set(keyOf(next), next);
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

function idsOf(workers: readonly (WorkerId | undefined)[]): string {
  return workers
    .filter((worker) => worker !== undefined)
    .sort()
    .join();
}

test('every worker that lives is the current one, is loading, or was sent `stop`', () => {
  const lost = worlds.filter(
    ({ state, alive }) => idsOf([state.current, state.loading, ...state.leaving]) !== idsOf(alive),
  );
  expect(lost).toEqual([]);
});

test('the triggers of one worker fire, and those of the worker that serves', () => {
  const wrong = worlds.filter(
    ({ state, firing }) =>
      idsOf(firing) !== idsOf([state.triggerOwner]) ||
      (state.phase === 'serving' && state.triggerOwner !== state.current) ||
      (state.phase === 'handing-over' && !state.leaving.some((worker) => worker === state.triggerOwner)),
  );
  expect(wrong).toEqual([]);
});

test('a phase says which workers there are, and whether a restart is scheduled', () => {
  const serves = new Set(['serving', 'handing-over', 'reloading', 'unloadable']);
  const loads = new Set(['starting', 'reloading', 'restarting']);
  const wrong = worlds.filter(
    ({ state: { phase, current, loading, leaving }, isTimerSet }) =>
      (current !== undefined) !== serves.has(phase) ||
      (loading !== undefined) !== loads.has(phase) ||
      (isTimerSet && phase !== 'backing-off' && phase !== 'unloadable') ||
      (phase === 'backing-off' && !isTimerSet) ||
      (phase === 'closed' && leaving.length > 0),
  );
  expect(wrong).toEqual([]);
});

test('from everywhere, close() and the exit of all workers leave no worker, no timer and no socket', () => {
  const open = worlds.filter((world) => {
    let last = follow(world, { type: 'close' });
    for (const worker of last.alive) last = follow(last, { type: 'exited', worker, exit: EXIT });
    return last.state.phase !== 'closed' || last.alive.length > 0 || !last.isClosed || last.isTimerSet;
  });
  expect(open).toEqual([]);
});

test('events of workers that are not known change nothing', () => {
  const exit = EXIT;
  const error = new Error('late');
  const changed: SupervisorEvent[] = [];
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
    changed.push(...late.filter((event) => step(state, event, 0).state !== state));
  }
  expect(changed).toEqual([]);
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
