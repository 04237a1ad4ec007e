import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import {
  DEVELOPMENT_STORAGE_SETTING,
  type HostEvent,
  type HostedApp,
  openHostedApp,
  type TriggerStates,
} from '@lazurite/functions';
import type { TokenOptions } from '@lazurite/identity';
import {
  type Clock,
  type SeededRandomness,
  type Shutdown,
  seededRandomness,
  startOrUndo,
  systemClock,
  systemRandomness,
  VirtualClock,
} from '@lazurite/runtime';
import { createSettingRewriter } from '../setting-rewriter.ts';
import { FaultPlan } from './faults.ts';
import { openBlobHandle, openQueueHandle, type StorageHandleOptions } from './storage-handles.ts';
import { Timeline } from './timeline.ts';
import type { Caller, Run, Snapshot, World, WorldCosmos, WorldLog, WorldOptions } from './world.ts';
import { WorldError } from './world-error.ts';
import { WORLD_HEADER, type WorldScope, worldProcess } from './world-scope.ts';
import {
  type ServicesCheckpoint,
  WorldServices,
  type WorldServicesOptions,
  type WorldState,
} from './world-services.ts';
import { toTime, WorldTime } from './world-time.ts';

type StartState = WorldState<WorldServicesOptions['image']>;

const DEFAULT_MAX_WAIT_MS = 30_000;

/**
 * Opens a world: a function app in this process, with everything that it calls, whose time and state the test controls.
 * The app is loaded once in a process; worlds of the same app can be open at once, each with data of its own.
 *
 * @throws AppLoadError when the app cannot be loaded, or another is open; ConfigError when its settings cannot be read
 * @example
 * await using world = await openWorld({ app: '.', time: '2026-01-01T00:00:00Z' });
 * const alice = world.as({ scopes: ['Chat.ReadWrite'], subject: 'alice' });
 * const response = await alice.fetch('/api/orders', { method: 'POST', body: '{}' });
 * const { fired } = await world.advance('4h');
 */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  if (options.from === undefined) return openFrom(options, undefined);
  const { readWorld } = await import('./world-file.ts');
  return openFrom(options, await readWorld(options.from));
}

/** @param state absent: the world begins empty */
async function openFrom(options: WorldOptions, state: StartState | undefined): Promise<World> {
  return startOrUndo(async (running) => {
    const clock = new VirtualClock(state?.time ?? toTime(options.time ?? Date.now()));
    const randomness = seededRandomness(options.seed ?? 1);
    if (state) randomness.state = state.random;
    const appRoot = await findApp(options.app ?? '.');
    const runtime = new WorldRuntime({ options, clock, randomness, appRoot });
    await runtime.open(running, state);
    return new LocalWorld(runtime, running);
  });
}

/** Unpacks a zip below the folder for temporary files; another world finds it there. */
async function findApp(app: string): Promise<string> {
  if (!app.endsWith('.zip')) return resolve(app);
  const { openPackage } = await import('../package/open-package.ts');
  const folder = join(tmpdir(), 'lazurite-packages');
  return (await openPackage(resolve(app), { folder, randomness: systemRandomness })).scriptRoot;
}

interface WorldBasis {
  readonly options: WorldOptions;
  readonly clock: VirtualClock;
  readonly randomness: SeededRandomness;
  readonly appRoot: string;
}

/** What a world is made of. */
class WorldRuntime {
  readonly basis: WorldBasis;
  readonly id: string;
  readonly faults = new FaultPlan();
  readonly timeline: Timeline;
  readonly logs: WorldLog[] = [];
  readonly time: WorldTime;
  /** On whose behalf the app runs. */
  readonly scope: WorldScope;
  #services: WorldServices | undefined;
  #app: HostedApp | undefined;
  isClosed = false;
  #requests = 0;
  /** Listeners that open because the storage is used now. */
  #opening = 0;

  constructor(basis: WorldBasis) {
    const { clock, options } = basis;
    this.basis = basis;
    this.id = systemRandomness.uuid(); // names the world to the endpoints; the seed would give two worlds one name
    this.timeline = new Timeline(clock);
    const now = options.appTime === 'world' ? { now: () => clock.now() } : {};
    this.scope = { worldId: this.id, ...now, onRequest: () => this.#countRequest() };
    this.time = new WorldTime({
      clock,
      maxWaitMs: options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS,
      onBehalf: (work) => void this.onBehalf(work),
      busyWith: () => this.#busyWith(),
      onMoved: () => this.services.removeExpiredItems(),
    });
  }

  get services(): WorldServices {
    return present(this.#services);
  }

  /** @throws WorldError Closed */
  get app(): HostedApp {
    return present(this.isClosed ? undefined : this.#app);
  }

  async open(running: Shutdown, state: StartState | undefined): Promise<void> {
    const { clock, randomness, options, appRoot } = this.basis;
    const services = await WorldServices.open({
      worldId: this.id,
      appRoot,
      clock,
      issuerClock: this.appClock,
      randomness,
      faults: this.faults,
      timeline: this.timeline,
      onRequest: () => this.#countRequest(),
      onStorageUse: () => void this.#openDeferred(),
      ...(state?.services && { image: state.services }),
    });
    this.#services = running.add(services);
    const stateDir = join(tmpdir(), `lazurite-world-${this.id}`);
    running.add({ close: () => rm(stateDir, { recursive: true, force: true }) });
    const endpoints = { cosmos: services.cosmosUrl, issuer: services.issuer.url };
    const app = await this.onBehalf(() =>
      openHostedApp({
        scriptRoot: appRoot,
        env: {
          ...process.env,
          [DEVELOPMENT_STORAGE_SETTING]: services.connectionStrings.storage,
          ...options.env,
        },
        ...(options.functions && { functions: options.functions }),
        ...(options.settings !== undefined && { settingsFile: options.settings }),
        rewriteSetting: createSettingRewriter(endpoints),
        dataDir: stateDir,
        onEvent: (event) => this.#observe(event),
        clock,
        randomness,
      }),
    );
    this.#app = running.add({ ...app, close: () => this.onBehalf(() => app.close()) });
    services.connect(app.dataChanges);
    // What the app does while it starts, for example make its containers, comes before its triggers.
    await this.time.settled();
    const storage = { connectionString: services.connectionStrings.storage, isUnused: services.isStorageUnused };
    const start = { states: state?.triggers, atRest: () => this.time.settled() };
    await this.onBehalf(() => app.startTriggers(storage, start));
    await this.time.settled();
  }

  /** The one that the app reads. */
  get appClock(): Clock {
    return this.basis.options.appTime === 'world' ? this.basis.clock : systemClock;
  }

  /** Runs what belongs to the world, so that `Date`, requests and request units are its own. */
  onBehalf<T>(work: () => T, scope: WorldScope = this.scope): T {
    return worldProcess().scopes.run(scope, work);
  }

  /** @param read takes what the services hold */
  async state<Services>(read: (services: WorldServices) => Services): Promise<WorldState<Services>> {
    await this.time.settled();
    const { clock, randomness } = this.basis;
    return {
      time: clock.now(),
      random: randomness.state,
      services: read(this.services),
      triggers: this.app.triggerStates(),
    };
  }

  #countRequest(): () => void {
    this.#requests += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#requests -= 1;
      isOver = true;
    };
  }

  #busyWith(): string[] {
    const requests = this.#requests === 0 ? [] : [`${this.#requests} requests`];
    return this.#opening === 0 ? requests : [...requests, 'triggers that start'];
  }

  async #openDeferred(): Promise<void> {
    this.#opening += 1;
    try {
      this.#app?.dataChanges.storageUsed();
      await this.#app?.triggersReady();
    } finally {
      this.#opening -= 1;
    }
  }

  #observe(event: HostEvent): void {
    this.time.observe(event);
    if (event.type === 'invocation-started') this.timeline.add(`invocation ${event.functionName}: ${event.reason}`);
    if (event.type === 'invocation-finished') {
      const end = event.succeeded ? 'succeeded' : `failed: ${firstLine(event.error ?? '')}`;
      this.timeline.add(`invocation ${event.functionName} ${end}`);
    }
    if (event.type !== 'log') return;
    const { level, category, message, functionName, at } = event;
    this.logs.push({ level, category, message, at, ...(functionName !== undefined && { functionName }) });
    this.timeline.add(`log ${level} ${functionName ?? category}: ${firstLine(message)}`);
  }
}

class LocalWorld implements World {
  readonly #runtime: WorldRuntime;
  readonly #running: Shutdown;
  readonly #charges = new WeakMap<Response, number>();
  #cosmos: WorldCosmos | undefined;

  constructor(runtime: WorldRuntime, running: Shutdown) {
    this.#runtime = runtime;
    this.#running = running;
  }

  get functions() {
    return this.#runtime.app.functions;
  }

  get now(): number {
    return this.#runtime.basis.clock.now();
  }

  get faults() {
    return this.#runtime.faults;
  }

  get logs() {
    return this.#runtime.logs;
  }

  get connectionStrings() {
    return this.#runtime.services.connectionStrings;
  }

  get cosmos(): WorldCosmos {
    this.#cosmos ??= openCosmosHandle(this.#runtime);
    return this.#cosmos;
  }

  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { app, timeline } = this.#runtime;
    const { result, requestCharge } = await this.#charged(() => app.fetch(input, init));
    const { method, url } = input instanceof Request ? input : { method: init?.method ?? 'GET', url: String(input) };
    timeline.add(`request ${method} ${url} ${result.status}`);
    this.#charges.set(result, requestCharge);
    return result;
  }

  as(identity: TokenOptions): Caller {
    const token = () => this.#runtime.services.issuer.mint(identity);
    return {
      token,
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
        headers.set('authorization', `Bearer ${await token()}`);
        return this.fetch(input, { ...init, headers });
      },
    };
  }

  chargeOf(response: Response): number {
    return this.#charges.get(response) ?? 0;
  }

  async invoke(functionName: string, payload?: unknown): Promise<Run> {
    const { result, requestCharge } = await this.#charged(() => this.#runtime.app.invoke(functionName, payload));
    return { ...result, requestCharge };
  }

  queue(name: string) {
    return openQueueHandle(name, this.#storageHandle());
  }

  blob(container: string) {
    return openBlobHandle(container, this.#storageHandle());
  }

  advance(duration: string | number) {
    return this.#runtime.time.advance(duration);
  }

  advanceTo(time: string | number | Date) {
    return this.#runtime.time.advanceTo(time);
  }

  advanceUntil(predicate: () => boolean | Promise<boolean>, limit: string | number) {
    return this.#runtime.time.advanceUntil(predicate, limit);
  }

  next() {
    return this.#runtime.time.next();
  }

  settled() {
    return this.#runtime.time.settled();
  }

  async withTriggersPaused<T>(work: () => Promise<T>): Promise<T> {
    const { services } = this.#runtime;
    services.pauseNotifications();
    try {
      return await work();
    } finally {
      this.#runtime.onBehalf(() => services.resumeNotifications());
    }
  }

  async snapshot(): Promise<Snapshot> {
    const { time, services, app, basis, faults, timeline, logs } = this.#runtime;
    await time.settled();
    const taken = new TakenSnapshot({
      time: basis.clock.now(),
      random: basis.randomness.state,
      services: services.checkpoint(),
      triggers: app.triggerStates(),
      faults: faults.state(),
      lines: timeline.length,
      logs: logs.length,
    });
    taken.release = () => services.release(taken.state.services);
    return taken;
  }

  async restore(snapshot: Snapshot): Promise<void> {
    if (!(snapshot instanceof TakenSnapshot)) throw new WorldError('SnapshotGone', 'This is no snapshot of a world');
    const { time, services, app, basis, faults, timeline, logs } = this.#runtime;
    const { state } = snapshot;
    await time.settled();
    services.restore(state.services); // first: it may reject
    basis.clock.rewind(state.time);
    basis.randomness.state = state.random;
    app.restoreTriggers(state.triggers);
    services.rearm();
    faults.restore(state.faults);
    timeline.cut(state.lines);
    logs.length = state.logs;
  }

  async fork(): Promise<World> {
    return openFrom(this.#runtime.basis.options, await this.#runtime.state((services) => services.copy()));
  }

  async save(file: string): Promise<void> {
    const { writeWorld } = await import('./world-file.ts');
    await writeWorld(file, await this.#runtime.state((services) => services.image()));
  }

  timeline(): string {
    return this.#runtime.timeline.toString();
  }

  close(): Promise<void> {
    this.#runtime.isClosed = true;
    return this.#running.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #charged<T>(call: () => Promise<T>): Promise<{ readonly result: T; readonly requestCharge: number }> {
    let requestCharge = 0;
    const onCharge = (requestUnits: number): void => {
      requestCharge += requestUnits;
    };
    const result = await this.#runtime.onBehalf(call, { ...this.#runtime.scope, onCharge });
    return { result, requestCharge: Math.round(requestCharge * 100) / 100 };
  }

  #storageHandle(): StorageHandleOptions {
    const { app, services } = this.#runtime;
    return {
      connectionString: services.connectionStrings.storage,
      isBase64: app.messageEncoding === 'base64',
      onBehalf: (call) => this.#runtime.onBehalf(call),
    };
  }
}

interface SnapshotState {
  readonly time: number;
  readonly random: number;
  readonly services: ServicesCheckpoint;
  readonly triggers: TriggerStates;
  readonly faults: ReturnType<FaultPlan['state']>;
  readonly lines: number;
  readonly logs: number;
}

class TakenSnapshot implements Snapshot {
  readonly state: SnapshotState;
  readonly time: number;
  release: () => void = () => undefined;

  constructor(state: SnapshotState) {
    this.state = state;
    this.time = state.time;
  }
}

/** Its requests name the world, whoever makes them. */
function openCosmosHandle({ services, id }: WorldRuntime): WorldCosmos {
  const connectionString = services.connectionStrings.cosmos;
  const client = new CosmosClient({ connectionString, defaultHeaders: { [WORLD_HEADER]: id } });
  return { client, container: (database, container) => client.database(database).container(container) };
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new WorldError('Closed', 'The world is closed');
  return part;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
