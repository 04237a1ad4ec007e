import { BadRequestError, type ErrorDetail, ValidationError } from '../domain/errors.ts';
import type { OperationChanges } from '../domain/teams-async-operation.ts';
import { type PropertyModel, TEAMS_ASYNC_OPERATION } from '../domain/type-model.ts';
import { readOperationBody } from './operation-body.ts';
import { updateSchema } from './operation-schema.ts';

/**
 * Turns a parsed body into the changes it asks for: what it does not name stays.
 *
 * @throws ValidationError a value is wrong, or a property cannot be changed
 * @throws BadRequestError the body names no property
 */
export function parseOperationChanges(body: unknown): OperationChanges {
  const { declared, dynamic } = readOperationBody(body, updateSchema);
  const properties: readonly PropertyModel[] = TEAMS_ASYNC_OPERATION.properties;
  const fixed = properties.filter(({ name, immutable }) => immutable && Object.hasOwn(declared, name));
  if (fixed.length > 0) throw new ValidationError(fixed.map(toDetail));
  if (Object.keys(declared).length + Object.keys(dynamic).length === 0)
    throw new BadRequestError('The request body must name at least one property to update.');
  return { ...declared, ...(Object.keys(dynamic).length > 0 && { dynamicProperties: dynamic }) };
}

function toDetail({ name }: PropertyModel): ErrorDetail {
  return { code: 'BadRequest', message: `The property '${name}' is read-only and cannot be updated.`, target: name };
}
