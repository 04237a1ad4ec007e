import Joi from 'joi';
import { MAX_KEYS, type WakeUp } from '../domain/notifications/wake-up.ts';

/** A message of the queue of wake-ups that nobody of us can have sent. */
export class WakeUpError extends Error {
  readonly code = 'InvalidWakeUp';

  constructor(reason: string) {
    super(`The message is no wake-up: ${reason}`);
    this.name = 'WakeUpError';
  }
}

const key = Joi.object({ scope: Joi.string().max(4_096).required(), id: Joi.string().max(255).required() }).unknown();
const schema = Joi.object<WakeUp>({ subscriptions: Joi.array().items(key).min(1).max(MAX_KEYS).required() })
  .unknown()
  .required();

/** @throws WakeUpError */
export function parseWakeUp(message: unknown): WakeUp {
  const { value, error } = schema.validate(message, { convert: false });
  if (error) throw new WakeUpError(error.message);
  return value;
}
