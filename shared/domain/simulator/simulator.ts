import { BadRequestError, OperationsError, ThrottledError } from '../errors.ts';
import type { OperationRepository } from '../operation-repository.ts';
import {
  createWorkspace,
  type Effect,
  effectOfType,
  targetOf,
  type Workspace,
  type WorkspaceRepository,
} from '../teams/workspace.ts';
import type { OperationType } from '../teams-async-operation.ts';
import { applyPlan, catchUp, effectiveAt, type Plan, throttledFor } from './plan.ts';
import type { PlanRepository, StoredPlan } from './plan-repository.ts';
import type { Scenario, Scenarios, StartRejection } from './scenario.ts';

export interface SimulatorDependencies {
  readonly operations: Pick<OperationRepository, 'get' | 'replace'>;
  readonly plans: PlanRepository;
  readonly workspace: WorkspaceRepository;
  readonly scenarios: Scenarios;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A GUID in lower case. */
  newId(): string;
}

/** Operations that move by themselves: docs/decisions/lro-simulator.md. */
export interface Simulator {
  /**
   * The scenario that an operation gets. Null: none, it stays as it was created.
   *
   * @param wanted what the request prefers; null: nothing
   * @throws BadRequestError there is no scenario of this name
   */
  choose(wanted: string | null): string | null;
  /**
   * The scenario of an operation that a request such as `POST /teams` starts: such an operation always has one.
   *
   * @param caller tells callers apart, for scenarios that reject the first requests of each
   * @throws BadRequestError there is no scenario of this name
   * @throws OperationsError the scenario says that the request is rejected
   */
  chooseForStarter(wanted: string | null, caller: string): string;
  /** Lets an operation go as the scenario says, from now on. */
  start(operation: StartedOperation, scenario: string, options?: StartOptions): Promise<void>;
  /**
   * Brings an operation to where it should be by now, before it is read. Does nothing for one without a scenario.
   *
   * @throws ThrottledError the scenario says that a reader is to come back later
   */
  refresh(chatId: string, operationId: string): Promise<void>;
  /** Brings all operations to where they should be by now, and says how many had a step due. */
  advance(): Promise<number>;
  /** What operations create and change. */
  readonly workspace: Workspace;
}

export interface StartedOperation {
  readonly chatId: string;
  readonly operationId: string;
  readonly operationType: OperationType;
}

export interface StartOptions {
  /** What the operation does when it succeeds. Absent: what operations of its type do. */
  readonly effect?: Effect;
  /** Whether the operation may have been started before: one that was goes on as it does. */
  readonly mayBeRepeat?: boolean;
}

/** What one turn of the timer takes on; the rest waits for the next. */
const MAX_PLANS_AT_ONCE = 100;
/** How often a write is tried that others come before. */
const MAX_ATTEMPTS = 5;

export function createSimulator(dependencies: SimulatorDependencies): Simulator {
  const { plans, scenarios, now } = dependencies;
  const idle = new IdleOperations(now);
  const rejections = new StartRejections();
  const workspace = createWorkspace(dependencies.workspace, now);
  return {
    workspace,
    choose: (wanted) => choose(wanted, scenarios),
    chooseForStarter: (wanted, caller) => {
      const name = choose(wanted ?? scenarios.fallback ?? scenarios.starter, scenarios) ?? scenarios.starter;
      const { start } = scenarioOf(name, scenarios);
      if (start) rejections.check(start, JSON.stringify([caller, name]));
      return name;
    },
    start: async ({ chatId, operationId, operationType }, name, { effect: given, mayBeRepeat = false } = {}) => {
      // The effect of a repeat would come at another time, and of a new target.
      if (mayBeRepeat && (await plans.get(chatId, operationId))) return;
      const effect = given ?? effectOfType(operationType, chatId, dependencies);
      const { id: targetId, location: targetLocation } = targetOf(effect);
      const scenario = scenarioOf(name, scenarios);
      const plan = { chatId, operationId, scenario, startedAt: now(), targetId, targetLocation, done: 0 };
      const at = effectiveAt(plan);
      // Before the plan: without its effect an operation would point at nothing for ever.
      if (at !== null) await workspace.apply(effect, at);
      await plans.add(plan);
      idle.delete(chatId, operationId);
    },
    refresh: async (chatId, operationId) => {
      if (idle.has(chatId, operationId)) return;
      const stored = await plans.get(chatId, operationId);
      if (!stored) return idle.add(chatId, operationId);
      await advanceOne(stored, dependencies);
      const seconds = throttledFor(stored.plan, now());
      if (seconds !== null) throw new ThrottledError(seconds);
    },
    advance: async () => {
      const due = await plans.findDue(now(), MAX_PLANS_AT_ONCE);
      await Promise.all(due.map((stored) => advanceOne(stored, dependencies)));
      return due.length;
    },
  };
}

function choose(wanted: string | null, scenarios: Scenarios): string | null {
  const name = wanted ?? scenarios.fallback;
  if (name !== null && !scenarios.byName.has(name)) throw unknownScenario(name, scenarios);
  return name;
}

function scenarioOf(name: string, scenarios: Scenarios): Scenario {
  const scenario = scenarios.byName.get(name);
  if (!scenario) throw unknownScenario(name, scenarios);
  return scenario;
}

function unknownScenario(name: string, { byName }: Scenarios): BadRequestError {
  return new BadRequestError(`There is no scenario '${name}'. There are: ${[...byName.keys()].join(', ')}.`);
}

/**
 * The operation is written before the plan: who stops in between does the same step again, which then changes nothing.
 * Both writes are conditional, so that any number of instances can do this at once.
 */
async function advanceOne({ plan, etag }: StoredPlan, dependencies: SimulatorDependencies): Promise<void> {
  const next = catchUp(plan, dependencies.now());
  if (next.done === plan.done) return;
  await writeOperation(next, dependencies.operations);
  await dependencies.plans.replace(next, etag);
}

async function writeOperation(plan: Plan, operations: SimulatorDependencies['operations']): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const current = await operations.get(plan.chatId, plan.operationId);
    const changed = current && applyPlan(current.operation, plan);
    if (!changed || (await operations.replace(plan.chatId, changed, { current }))) return;
  }
}

/** How long it is not asked again whether an operation has a plan, in ms. The timer moves what comes by another instance. */
const REMEMBERED_MS = 5_000;
const MAX_REMEMBERED = 10_000;

/**
 * Operations without a plan, remembered for a while: without this, every read of one would pay a second read to learn
 * that there is no plan.
 */
export class IdleOperations {
  readonly #now: () => number;
  readonly #until = new Map<string, number>();

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  has(chatId: string, operationId: string): boolean {
    const until = this.#until.get(keyOf(chatId, operationId));
    return until !== undefined && this.#now() < until;
  }

  add(chatId: string, operationId: string): void {
    if (this.#until.size >= MAX_REMEMBERED) this.#until.clear();
    this.#until.set(keyOf(chatId, operationId), this.#now() + REMEMBERED_MS);
  }

  delete(chatId: string, operationId: string): void {
    this.#until.delete(keyOf(chatId, operationId));
  }
}

function keyOf(chatId: string, operationId: string): string {
  return JSON.stringify([chatId, operationId]);
}

/** How often requests of each caller were rejected in a row; of this process alone, as clients try again on one connection. */
class StartRejections {
  readonly #counts = new Map<string, number>();

  /** @throws OperationsError the request is rejected */
  check({ code, message, retryAfterSeconds, times }: StartRejection, key: string): void {
    const count = this.#counts.get(key) ?? 0;
    this.#counts.delete(key);
    if (times !== null && count >= times) return;
    if (this.#counts.size >= MAX_REMEMBERED) this.#counts.clear();
    this.#counts.set(key, count + 1);
    throw code === 'TooManyRequests' ? new ThrottledError(retryAfterSeconds) : new OperationsError(code, message);
  }
}
