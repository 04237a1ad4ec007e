import { BadRequestError } from './errors.ts';

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
    error: error && changeError(current.error, error),
    dynamicProperties: { ...current.dynamicProperties, ...dynamicProperties },
  };
}

/** An error that names nothing changes nothing: Kiota's clients send `{}` for the null that they read. */
function changeError(current: OperationError | null, changes: Partial<OperationError>): OperationError | null {
  return Object.keys(changes).length === 0 ? current : { ...NO_ERROR, ...current, ...changes };
}

const NO_ERROR: OperationError = { code: null, message: null };

/**
 * How a request sees the members of evolvable enums: Microsoft's API guidelines, "Evolvable enums".
 * - `asStored`: every member by its name, as Graph's own samples show them;
 * - `masked`: those after the sentinel as `unknownFutureValue`;
 * - `included`: every member, because the request asked with `Prefer: include-unknown-enum-members`.
 */
export type EnumView = 'asStored' | 'masked' | 'included';

/** The sentinel: members after it came later than the clients that a service must not surprise. */
export const SENTINEL = 'unknownFutureValue';

/** Whether a member came after the sentinel. `members` are in the order of their numbers. */
export function isAfterSentinel(member: string, members: readonly string[]): boolean {
  return members.indexOf(member) > members.indexOf(SENTINEL);
}

/** The member as the request may see it. */
export function showMember(member: string, members: readonly string[], view: EnumView): string {
  return view === 'masked' && isAfterSentinel(member, members) ? SENTINEL : member;
}

/**
 * What the guidelines ask of a new operation's enums: never the sentinel, and later members only from who knows them.
 *
 * @throws BadRequestError
 */
export function checkNewEnums(operation: NewOperation, view: EnumView): void {
  if (view === 'asStored') return;
  for (const given of enumsOf(operation)) {
    if (given.value === SENTINEL)
      throw new BadRequestError(`'${SENTINEL}' is not a valid value for the property '${given.name}'.`);
    requireKnown(given, view);
  }
}

/**
 * What the guidelines ask of an update: the sentinel stands for "unchanged".
 *
 * @throws BadRequestError a later member from who does not know it
 */
export function checkChangedEnums(changes: OperationChanges, view: EnumView): OperationChanges {
  if (view === 'asStored') return changes;
  for (const given of enumsOf(changes)) requireKnown(given, view);
  const { status, operationType, ...others } = changes;
  return {
    ...others,
    ...(status !== undefined && status !== SENTINEL && { status }),
    ...(operationType !== undefined && operationType !== SENTINEL && { operationType }),
  };
}

interface EnumValue {
  readonly name: string;
  readonly value: string;
  readonly members: readonly string[];
}

function enumsOf({ status, operationType }: OperationChanges): EnumValue[] {
  return [
    ...(operationType === undefined ? [] : [{ name: 'operationType', value: operationType, members: OPERATION_TYPES }]),
    ...(status === undefined ? [] : [{ name: 'status', value: status, members: OPERATION_STATUSES }]),
  ];
}

function requireKnown({ value, members }: EnumValue, view: EnumView): void {
  if (view === 'masked' && isAfterSentinel(value, members))
    throw new BadRequestError(
      `The enumeration member '${value}' requires the preference 'include-unknown-enum-members'.`,
    );
}

/** Edm.DateTimeOffset of OData 4.01 (dateTimeOffsetValue in the ABNF): seconds are optional, the offset is not. */
const DATE_TIME_OFFSET =
  /^(?<date>\d{4}-\d\d-\d\d)T(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?<fraction>\.\d{1,12})?)?(?:Z|(?<sign>[+-])(?<offsetHour>\d\d):(?<offsetMinute>\d\d))$/i;
/** .NET's DateTimeOffset, which Graph is built on, goes no further. */
const MAX_OFFSET_MINUTES = 14 * 60;
const MINUTE_MS = 60_000;
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59Z');

/**
 * Converts a DateTimeOffset to UTC, with the fraction's digits as they were sent (a Date keeps only three).
 *
 * @returns null when the text is no DateTimeOffset of the years 1 to 9999
 * @example toUtc('2021-05-27T23:23:41.9085453+02:00') // '2021-05-27T21:23:41.9085453Z'
 */
export function toUtc(text: string): string | null {
  const parts = DATE_TIME_OFFSET.exec(text)?.groups;
  if (!parts) return null;
  const offset = offsetMinutes(parts);
  const local = wholeSeconds(parts);
  if (offset === null || local === null) return null;
  const utc = local - offset * MINUTE_MS;
  if (utc < FIRST_MS || utc > LAST_MS) return null;
  return `${new Date(utc).toISOString().slice(0, 'yyyy-MM-ddTHH:mm:ss'.length)}${parts.fraction ?? ''}Z`;
}

type Parts = Record<string, string | undefined>;

function wholeSeconds({ date, hour, minute, second = '00' }: Parts): number | null {
  const iso = `${date}T${hour}:${minute}:${second}`;
  const milliseconds = Date.parse(`${iso}Z`);
  if (Number.isNaN(milliseconds)) return null;
  // Date.parse takes 30 February for 2 March, and 24:00 for the next day.
  return new Date(milliseconds).toISOString().startsWith(iso) ? milliseconds : null;
}

function offsetMinutes({ sign, offsetHour = '0', offsetMinute = '0' }: Parts): number | null {
  const minutes = Number(offsetHour) * 60 + Number(offsetMinute);
  if (Number(offsetMinute) > 59 || minutes > MAX_OFFSET_MINUTES) return null;
  return sign === '-' ? -minutes : minutes;
}
