import Joi from 'joi';
import {
  type Interval,
  type Scenario,
  type ScenarioStep,
  type Scenarios,
  START_ERROR_CODES,
  type StartRejection,
} from '../domain/simulator/scenario.ts';
import { OPERATION_STATUSES } from '../domain/teams-async-operation.ts';

/** Thrown at start: the message names every place in the file that is wrong. */
export class ScenarioFileError extends Error {
  readonly code = 'InvalidScenarios';

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(`The scenario file is not valid: ${problems.join('; ')}`, options);
    this.name = 'ScenarioFileError';
  }
}

interface ScenarioFile {
  readonly default: string | null;
  readonly starters: string | null;
  readonly scenarios: Readonly<Record<string, Scenario>>;
}

const NAME = /^[a-z\d](?:[a-z\d-]{0,62}[a-z\d])?$/;
const WEEK_S = 7 * 24 * 60 * 60;
const MAX_SCENARIOS = 1_000;
const MAX_STEPS = 100;
const FINAL: readonly string[] = ['succeeded', 'failed'];

const seconds = Joi.number().min(0).max(WEEK_S);
const error = Joi.object({
  code: Joi.string().max(255).required(),
  message: Joi.string().max(4_096).allow(null).default(null),
});
const step = Joi.object<ScenarioStep>({
  afterSeconds: seconds.required(),
  status: Joi.valid(...OPERATION_STATUSES).required(),
  attemptsCount: Joi.number().integer().min(0).max(1_000).required(),
  // A client that waits for an operation stops at its error: one that failed without would be waited for without end.
  // biome-ignore lint/suspicious/noThenProperty: the name that joi gives this option
  error: Joi.when('status', { is: 'failed', then: error.required(), otherwise: Joi.valid(null).default(null) }),
});
const interval = Joi.object<Interval>({
  fromSeconds: seconds.required(),
  untilSeconds: seconds.greater(Joi.ref('fromSeconds')).required(),
});
const start = Joi.object<StartRejection>({
  code: Joi.valid(...START_ERROR_CODES).required(),
  message: Joi.string().max(4_096).default('Please retry again later.'),
  retryAfterSeconds: Joi.number().integer().min(1).max(3_600).default(1),
  times: Joi.number().integer().min(1).max(1_000).allow(null).default(null),
});
const scenario = Joi.object<Scenario>({
  description: Joi.string().max(1_024).required(),
  steps: Joi.array().items(step).min(1).max(MAX_STEPS).required().custom(checkSteps).messages({
    'steps.time': '{{#label}} must be in the order of afterSeconds',
    'steps.final': '{{#label}} must end with succeeded or failed, and have neither before',
    'steps.attempts': '{{#label}} must not lower attemptsCount',
  }),
  throttled: Joi.array().items(interval).max(MAX_STEPS).default([]),
  targetDelaySeconds: seconds.default(0),
  start: start.allow(null).default(null),
});
const file = Joi.object<ScenarioFile>({
  default: Joi.string().allow(null).default(null),
  starters: Joi.string().allow(null).default(null),
  scenarios: Joi.object().pattern(NAME, scenario).min(1).max(MAX_SCENARIOS).required(),
})
  .custom(checkDefault)
  .messages({ 'default.unknown': '"{{#name}}" names no scenario of this file' })
  .prefs({ abortEarly: false, convert: false });

/**
 * Reads the text of a scenario file.
 *
 * @throws ScenarioFileError
 */
export function parseScenarios(text: string): Scenarios {
  const { value, error: problem } = file.validate(parse(text));
  if (problem) throw new ScenarioFileError(problem.details.map(({ message }) => message));
  const byName = new Map(Object.entries(value.scenarios));
  const [first = ''] = byName.keys(); // there is at least one
  return { byName, fallback: value.default, starter: value.starters ?? value.default ?? first };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ScenarioFileError(['it is no JSON'], { cause });
  }
}

function checkSteps(steps: readonly ScenarioStep[], helpers: Joi.CustomHelpers) {
  const pairs = steps.slice(1).map((next, index) => ({ previous: steps[index] ?? next, next }));
  if (pairs.some(({ previous, next }) => next.afterSeconds < previous.afterSeconds)) return helpers.error('steps.time');
  if (pairs.some(({ previous, next }) => next.attemptsCount < previous.attemptsCount))
    return helpers.error('steps.attempts');
  const finals = steps.map(({ status }) => FINAL.includes(status));
  return finals.indexOf(true) === steps.length - 1 ? steps : helpers.error('steps.final');
}

function checkDefault(value: ScenarioFile, helpers: Joi.CustomHelpers) {
  const unknown = (['default', 'starters'] as const).find((name) => {
    const named = value[name];
    return named !== null && !Object.hasOwn(value.scenarios, named);
  });
  return unknown === undefined ? value : helpers.error('default.unknown', { name: unknown });
}
