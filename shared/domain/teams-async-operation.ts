/** `teamsAsyncOperationStatus` of Microsoft Graph's metadata, in the order of the members' numbers. */
export const OPERATION_STATUSES = [
  'invalid',
  'notStarted',
  'inProgress',
  'succeeded',
  'failed',
  'unknownFutureValue',
] as const;

/**
 * `teamsAsyncOperationType` of the beta metadata, in the order of the members' numbers. The numbers themselves are
 * never stored: 8 and 9 name different members in v1.0 and in beta.
 */
export const OPERATION_TYPES = [
  'invalid',
  'cloneTeam',
  'archiveTeam',
  'unarchiveTeam',
  'createTeam',
  'unknownFutureValue',
  'teamifyGroup',
  'createChannel',
  'createChat',
  'archiveChannel',
  'unarchiveChannel',
] as const;

export type OperationStatus = (typeof OPERATION_STATUSES)[number];
export type OperationType = (typeof OPERATION_TYPES)[number];

/** `microsoft.graph.operationError`, a closed complex type. */
export interface OperationError {
  readonly code: string | null;
  readonly message: string | null;
}

/** `microsoft.graph.teamsAsyncOperation`. Dates are DateTimeOffset in UTC, as text, for they carry more digits than a Date. */
export interface TeamsAsyncOperation {
  readonly id: string;
  readonly operationType: OperationType;
  readonly createdDateTime: string;
  readonly status: OperationStatus;
  readonly lastActionDateTime: string;
  readonly attemptsCount: number;
  readonly targetResourceId: string | null;
  readonly targetResourceLocation: string | null;
  readonly error: OperationError | null;
  /** What the type does not declare: it is open. Any name is possible, `__proto__` included: read own properties only. */
  readonly dynamicProperties: Readonly<Record<string, unknown>>;
}

/** What a caller sends to create one: the server gives what is left out. */
export type NewOperation = Omit<TeamsAsyncOperation, 'id' | 'createdDateTime'> &
  Partial<Pick<TeamsAsyncOperation, 'id' | 'createdDateTime'>>;

/** What an update names; what is absent stays as it is. Of `error` and the dynamic properties, too, only what is named. */
export type OperationChanges = Partial<Omit<TeamsAsyncOperation, 'id' | 'createdDateTime' | 'error'>> & {
  readonly error?: Partial<OperationError> | null;
};

/** Where an operation's own id and time come from when the caller gives none. */
export interface OperationSource {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A GUID in lower case. */
  newId(): string;
}

export function createOperation(given: NewOperation, source: OperationSource): TeamsAsyncOperation {
  return {
    ...given,
    id: given.id ?? source.newId(),
    createdDateTime: given.createdDateTime ?? new Date(source.now()).toISOString(),
  };
}

/** The operation with the changes made. The time of its last action is that of the change, unless the change names one. */
export function updateOperation(
  current: TeamsAsyncOperation,
  changes: OperationChanges,
  { now }: Pick<OperationSource, 'now'>,
): TeamsAsyncOperation {
  const { error = current.error, dynamicProperties, ...others } = changes;
  return {
    ...current,
    lastActionDateTime: new Date(now()).toISOString(),
    ...others,
    error: error && { ...NO_ERROR, ...current.error, ...error },
    dynamicProperties: { ...current.dynamicProperties, ...dynamicProperties },
  };
}

const NO_ERROR: OperationError = { code: null, message: null };
