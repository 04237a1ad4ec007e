import {
  NAMESPACE,
  OPERATION_STATUS_TYPE,
  OPERATION_TYPE_TYPE,
  type PrimitiveType,
  type PropertyModel,
  TEAMS_ASYNC_OPERATION,
} from './type-model.ts';

/** A type by its full name, as messages of Graph have it. */
export type TypeName =
  | PrimitiveType
  | 'microsoft.graph.teamsAsyncOperationType'
  | 'microsoft.graph.teamsAsyncOperationStatus'
  | 'microsoft.graph.operationError';

/**
 * What the model says of a property of teamsAsyncOperation.
 *
 * @param path from the operation down: `['error', 'code']`
 * @returns undefined for a dynamic property, and for whatever lies in one or in a property that is not complex
 */
export function declaredProperty(path: readonly string[]): PropertyModel | undefined {
  const properties: readonly PropertyModel[] = TEAMS_ASYNC_OPERATION.properties;
  const [first, ...inner] = path;
  const property = properties.find(({ name }) => name === first);
  if (inner.length === 0) return property;
  if (inner.length > 1 || typeof property?.type !== 'object' || property.type.kind !== 'complex') return undefined;
  return property.type.properties.find(({ name }) => name === inner[0]);
}

export function typeNameOf({ type }: PropertyModel): TypeName {
  // The model has these three types of its own, and no others.
  return typeof type === 'string' ? type : (`${NAMESPACE}.${type.name}` as TypeName);
}

/** The members of an enum, each at the index that is its number. Undefined: the type is no enum. */
export function membersOf(typeName: string): readonly string[] | undefined {
  const types = [OPERATION_TYPE_TYPE, OPERATION_STATUS_TYPE];
  return types.find(({ name }) => `${NAMESPACE}.${name}` === typeName)?.members;
}
