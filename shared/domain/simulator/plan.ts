import type { NewOperation, TeamsAsyncOperation } from '../teams-async-operation.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';

/** What one operation is still going to do. All times are milliseconds since the Unix epoch. */
export interface Plan {
  readonly chatId: string;
  readonly operationId: string;
  readonly scenario: Scenario;
  readonly startedAt: number;
  /** What the operation creates or changes, if it succeeds. */
  readonly targetId: string;
  /** Missing in plans of before there were teams: that of a chat. */
  readonly targetLocation?: string;
  /** How many of the scenario's steps are done. */
  readonly done: number;
}

const SECOND_MS = 1_000;

/** A new operation as a scenario begins, whatever its creator said of its progress. */
export function beginScenario(given: NewOperation, now: number): NewOperation {
  return {
    ...given,
    status: 'notStarted',
    attemptsCount: 0,
    lastActionDateTime: new Date(now).toISOString(),
    targetResourceId: null,
    targetResourceLocation: null,
    error: null,
  };
}

/** When the next step is due; null when none is left. */
export function nextDueAt({ scenario, startedAt, done }: Plan): number | null {
  const step = scenario.steps[done];
  return step ? startedAt + step.afterSeconds * SECOND_MS : null;
}

/** The plan with every step done that is due. */
export function catchUp(plan: Plan, now: number): Plan {
  const isDue = (step: ScenarioStep) => plan.startedAt + step.afterSeconds * SECOND_MS <= now;
  return { ...plan, done: plan.scenario.steps.filter(isDue).length };
}

/**
 * The operation as the plan's last done step leaves it. Null when there is nothing to write: no step is done, or the
 * operation was written at or after the time of that step, be it by who did the same step first or by a client.
 */
export function applyPlan(operation: TeamsAsyncOperation, plan: Plan): TeamsAsyncOperation | null {
  const step = plan.scenario.steps[plan.done - 1];
  if (!step) return null;
  const at = plan.startedAt + step.afterSeconds * SECOND_MS;
  const isNewer = Date.parse(operation.lastActionDateTime) > at;
  if (isNewer || (operation.status === step.status && operation.attemptsCount === step.attemptsCount)) return null;
  const succeeded = step.status === 'succeeded';
  return {
    ...operation,
    status: step.status,
    attemptsCount: step.attemptsCount,
    lastActionDateTime: new Date(at).toISOString(),
    error: step.error,
    targetResourceId: succeeded ? plan.targetId : operation.targetResourceId,
    targetResourceLocation: succeeded ? locationOf(plan) : operation.targetResourceLocation,
  };
}

function locationOf({ targetId, targetLocation = `/chats('${targetId}')` }: Plan): string {
  return targetLocation;
}

/** When what the operation does can be seen; null when it is going to fail. */
export function effectiveAt({ scenario, startedAt }: Pick<Plan, 'scenario' | 'startedAt'>): number | null {
  const last = scenario.steps.at(-1);
  if (last?.status !== 'succeeded') return null;
  return startedAt + (last.afterSeconds + scenario.targetDelaySeconds) * SECOND_MS;
}

/** Whole seconds after which a reader may ask again, at least 1; null when it is not throttled now. */
export function throttledFor({ scenario, startedAt }: Plan, now: number): number | null {
  const elapsed = (now - startedAt) / SECOND_MS;
  const interval = scenario.throttled.find(
    ({ fromSeconds, untilSeconds }) => fromSeconds <= elapsed && elapsed < untilSeconds,
  );
  return interval ? Math.max(1, Math.ceil(interval.untilSeconds - elapsed)) : null;
}
