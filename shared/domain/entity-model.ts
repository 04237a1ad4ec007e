import { OPERATION_STATUSES, OPERATION_TYPES, type TeamsAsyncOperation } from './teams-async-operation.ts';

/** A type of Graph's metadata, by its full name. */
export type TypeName =
  | 'Edm.String'
  | 'Edm.Int32'
  | 'Edm.DateTimeOffset'
  | 'microsoft.graph.teamsAsyncOperationType'
  | 'microsoft.graph.teamsAsyncOperationStatus'
  | 'microsoft.graph.operationError';

export interface DeclaredProperty {
  readonly type: TypeName;
  readonly nullable: boolean;
}

/** `microsoft.graph.teamsAsyncOperation` as the beta metadata declares it. It is an open type: others are dynamic. */
export const OPERATION_PROPERTIES: Readonly<
  Record<Exclude<keyof TeamsAsyncOperation, 'dynamicProperties'>, DeclaredProperty>
> = {
  id: { type: 'Edm.String', nullable: false },
  operationType: { type: 'microsoft.graph.teamsAsyncOperationType', nullable: false },
  createdDateTime: { type: 'Edm.DateTimeOffset', nullable: false },
  status: { type: 'microsoft.graph.teamsAsyncOperationStatus', nullable: false },
  lastActionDateTime: { type: 'Edm.DateTimeOffset', nullable: false },
  attemptsCount: { type: 'Edm.Int32', nullable: false },
  targetResourceId: { type: 'Edm.String', nullable: true },
  targetResourceLocation: { type: 'Edm.String', nullable: true },
  error: { type: 'microsoft.graph.operationError', nullable: true },
};

/** `microsoft.graph.operationError`, a closed type. */
export const ERROR_PROPERTIES: Readonly<Record<'code' | 'message', DeclaredProperty>> = {
  code: { type: 'Edm.String', nullable: true },
  message: { type: 'Edm.String', nullable: true },
};

/** The members of each enum, at the index that is their number in beta. */
export const ENUM_MEMBERS: Readonly<Partial<Record<TypeName, readonly string[]>>> = {
  'microsoft.graph.teamsAsyncOperationType': OPERATION_TYPES,
  'microsoft.graph.teamsAsyncOperationStatus': OPERATION_STATUSES,
};

/**
 * What the metadata says of a property.
 *
 * @param path from the operation down: `['error', 'code']`
 * @returns null for a dynamic property and whatever lies in one
 */
export function declaredProperty(path: readonly string[]): DeclaredProperty | null {
  const [first = '', second] = path;
  if (first === 'error' && second !== undefined) return own(ERROR_PROPERTIES, second);
  return own(OPERATION_PROPERTIES, first);
}

function own(properties: Readonly<Record<string, DeclaredProperty>>, name: string): DeclaredProperty | null {
  return (Object.hasOwn(properties, name) && properties[name]) || null;
}
