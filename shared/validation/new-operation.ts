import type { NewOperation } from '../domain/teams-async-operation.ts';
import { readOperationBody } from './operation-body.ts';
import { operationSchema } from './operation-schema.ts';

/**
 * Turns a parsed body into the operation it asks for.
 *
 * @throws ValidationError with one detail for everything that is wrong
 */
export function parseNewOperation(body: unknown): NewOperation {
  const { declared, dynamic } = readOperationBody(body, operationSchema);
  return { ...declared, dynamicProperties: dynamic };
}
