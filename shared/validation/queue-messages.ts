import Joi from 'joi';
import { CHANGE_TYPES, type OperationChange } from '../domain/notifications/operation-change.ts';
import { MAX_KEYS, type WakeUp } from '../domain/notifications/wake-up.ts';
import { OPERATION_STATUSES, OPERATION_TYPES } from '../domain/teams-async-operation.ts';

/** A message of the queue of wake-ups that nobody of us can have sent. */
export class WakeUpError extends Error {
  readonly code = 'InvalidWakeUp';

  constructor(reason: string) {
    super(`The message is no wake-up: ${reason}`);
    this.name = 'WakeUpError';
  }
}

const key = Joi.object({ scope: Joi.string().max(4_096).required(), id: Joi.string().max(255).required() }).unknown();
const wakeUpSchema = Joi.object<WakeUp>({ subscriptions: Joi.array().items(key).min(1).max(MAX_KEYS).required() })
  .unknown()
  .required();

/** @throws WakeUpError */
export function parseWakeUp(message: unknown): WakeUp {
  const { value, error } = wakeUpSchema.validate(message, { convert: false });
  if (error) throw new WakeUpError(error.message);
  return value;
}

const changeSchema = Joi.object<OperationChange>({
  id: Joi.string().required(),
  chatId: Joi.string().required(),
  operationId: Joi.string().required(),
  changeType: Joi.valid(...CHANGE_TYPES).required(),
  revision: Joi.number().integer().min(1).required(),
  changedDateTime: Joi.string().isoDate().required(),
  operationType: Joi.valid(...OPERATION_TYPES).required(),
  status: Joi.valid(...OPERATION_STATUSES).required(),
  previousStatus: Joi.valid(...OPERATION_STATUSES, null).required(),
  traceparent: Joi.string().allow(null).required(),
  clientRequestId: Joi.string().allow(null).required(),
})
  .required()
  .unknown() // of a later version, while both run
  .prefs({ convert: false });

/**
 * A message of the queue of changes, which anybody who may write to the storage account can have put there.
 *
 * @throws Error it is none
 */
export function parseOperationChange(message: unknown): OperationChange {
  const { value, error } = changeSchema.validate(message);
  if (error) throw new Error(`The message is no change of an operation: ${error.message}`);
  return value;
}
