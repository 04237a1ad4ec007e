import Joi, { type ObjectSchema, type ValidationErrorItem } from 'joi';
import { BadRequestError, type ErrorDetail, ValidationError } from '../domain/errors.ts';
import {
  type NewOperation,
  type OperationChanges,
  type TeamsAsyncOperation,
  toUtc,
} from '../domain/teams-async-operation.ts';
import {
  type ComplexTypeModel,
  DECLARED_PROPERTIES,
  OPERATION_ERROR_TYPE,
  type PropertyModel,
  TEAMS_ASYNC_OPERATION,
} from '../domain/type-model.ts';

/**
 * Turns a parsed body into the operation it asks for.
 *
 * @throws ValidationError with one detail for everything that is wrong
 */
export function parseNewOperation(body: unknown): NewOperation {
  const { declared, dynamic } = readOperationBody(body, operationSchema);
  return { ...declared, dynamicProperties: dynamic };
}

/** What the body of an update says. */
export interface OperationUpdate {
  readonly changes: OperationChanges;
  /** Properties that cannot be changed: clients that send back the whole entity name them. */
  readonly fixed: Partial<Pick<TeamsAsyncOperation, 'id' | 'createdDateTime'>>;
}

/**
 * Turns a parsed body into the changes it asks for: what it does not name stays.
 *
 * @throws ValidationError a value is wrong
 * @throws BadRequestError the body names no property
 */
export function parseOperationChanges(body: unknown): OperationUpdate {
  const { declared, dynamic } = readOperationBody(body, updateSchema);
  if (Object.keys(declared).length + Object.keys(dynamic).length === 0)
    throw new BadRequestError('The request body must name at least one property to update.');
  const { id, createdDateTime, ...changes } = declared;
  return {
    changes: { ...changes, ...(Object.keys(dynamic).length > 0 && { dynamicProperties: dynamic }) },
    fixed: { ...(id !== undefined && { id }), ...(createdDateTime !== undefined && { createdDateTime }) },
  };
}

/**
 * Properties that cannot be changed may be sent as they are. Clients that keep times to the millisecond, as Kiota's do,
 * have not changed the rest.
 *
 * @throws ValidationError one of them has another value
 */
export function checkFixedProperties({ fixed }: OperationUpdate, current: TeamsAsyncOperation): void {
  const { id = current.id, createdDateTime = current.createdDateTime } = fixed;
  const isSameTime = Date.parse(createdDateTime) === Date.parse(current.createdDateTime);
  const changed = [...(id === current.id ? [] : ['id']), ...(isSameTime ? [] : ['createdDateTime'])];
  if (changed.length > 0) throw new ValidationError(changed.map(toReadOnlyDetail));
}

function toReadOnlyDetail(name: string): ErrorDetail {
  return { code: 'BadRequest', message: `The property '${name}' is read-only and cannot be updated.`, target: name };
}

export type JsonObject = Readonly<Record<string, unknown>>;

const DECLARED: readonly string[] = DECLARED_PROPERTIES;
const ERROR_PROPERTIES: readonly string[] = OPERATION_ERROR_TYPE.properties.map(({ name }) => name);
/** Keeps an answer small where a body has a hundred thousand wrong names. */
const MAX_DETAILS = 100;
const MAX_SHOWN_NAME_LENGTH = 255;

export interface OperationBody<Declared> {
  /** As the schema leaves the declared properties. */
  readonly declared: Declared;
  readonly dynamic: JsonObject;
}

/**
 * Reads an operation's properties from a parsed body. Control information (names with `@`) is left out, properties the
 * type does not declare are dynamic ones.
 *
 * @throws ValidationError with one detail for everything that is wrong
 */
function readOperationBody<Declared>(body: unknown, schema: ObjectSchema<Declared>): OperationBody<Declared> {
  if (!isObject(body)) throw new BadRequestError('The request body must be a JSON object.');
  const { declared, dynamic } = split(body);
  const closed = closeError(declared.error);
  const { value, error } = schema.validate('error' in declared ? { ...declared, error: closed.value } : declared);
  const details = [
    ...checkType(body, '@odata.type', 'teamsAsyncOperation'),
    ...(error?.details ?? []).map(toDetail),
    ...closed.details,
  ];
  if (details.length > 0 || value === undefined) throw new ValidationError(details.slice(0, MAX_DETAILS));
  return { declared: value, dynamic };
}

/** Builds with fromEntries alone: an own `__proto__` stays a plain property, which assignment would not keep it. */
function split(body: JsonObject): { declared: JsonObject; dynamic: JsonObject } {
  const entries = Object.entries(body).filter(([name]) => !isControlInformation(name));
  return {
    declared: Object.fromEntries(entries.filter(([name]) => DECLARED.includes(name))),
    dynamic: Object.fromEntries(entries.filter(([name]) => !DECLARED.includes(name))),
  };
}

/** operationError is no open type. Its names are checked here, so that joi never copies one such as `__proto__`. */
function closeError(error: unknown): { value: unknown; details: ErrorDetail[] } {
  if (!isObject(error)) return { value: error, details: [] };
  const entries = Object.entries(error).filter(([name]) => !isControlInformation(name));
  const unknownNames = entries.map(([name]) => name).filter((name) => !ERROR_PROPERTIES.includes(name));
  return {
    value: Object.fromEntries(entries.filter(([name]) => ERROR_PROPERTIES.includes(name))),
    details: [...checkType(error, 'error/@odata.type', 'operationError'), ...unknownNames.map(toUnknownProperty)],
  };
}

/** A name with `@` is an annotation: OData JSON format 4.01, section 4.6. */
function isControlInformation(name: string): boolean {
  return name.includes('@');
}

function checkType(value: JsonObject, target: string, typeName: string): ErrorDetail[] {
  const given = Object.hasOwn(value, '@odata.type') ? value['@odata.type'] : undefined;
  if (given === undefined || isNamed(given, typeName)) return [];
  const message = `The value of '${target}' must be '#microsoft.graph.${typeName}'.`;
  return [{ code: 'BadRequest', message, target }];
}

function toDetail({ type, path, context }: ValidationErrorItem): ErrorDetail {
  const target = path.join('/');
  return { code: 'BadRequest', message: describe(type, target, context?.value), target };
}

function describe(type: string, target: string, value: unknown): string {
  if (type === 'any.required') return `The '${target}' property is required to create a teamsAsyncOperation.`;
  if (value === null)
    return `null is not a valid value for the property '${target}'; '${target}' is not a nullable property.`;
  return `The value of the property '${target}' is not valid. It must be ${EXPECTED[target]}.`;
}

function toUnknownProperty(given: string): ErrorDetail {
  const name = given.slice(0, MAX_SHOWN_NAME_LENGTH);
  const type = 'microsoft.graph.operationError';
  return {
    code: 'RequestBodyRead',
    message: `The property '${name}' does not exist on type '${type}'. Make sure to only use property names that are defined by the type.`,
    target: `error/${name}`,
  };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Graph's public namespace, and the one of Teams' own service that its documentation shows. */
const NAMESPACES = ['microsoft.graph', 'microsoft.teams.graphsvc'];

/**
 * Whether an `@odata.type` names the given type of Graph. Spellings met in its documentation: with and without the
 * leading `#`, namespaces in any case.
 */
export function isNamed(given: unknown, typeName: string): boolean {
  if (typeof given !== 'string') return false;
  const qualified = given.startsWith('#') ? given.slice(1) : given;
  const dot = qualified.lastIndexOf('.');
  return (
    qualified.slice(dot + 1) === typeName && NAMESPACES.includes(qualified.slice(0, Math.max(0, dot)).toLowerCase())
  );
}

/** What a value must be, for joi and in words. */
export interface ValueRule {
  readonly schema: Joi.Schema;
  readonly expected: string;
}

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
/** In UTF-16 code units. Cosmos DB takes ids of 255 characters in every API version. */
const MAX_ID_LENGTH = 255;
// Cosmos DB takes none of these four in an id, and its SDK rejects a trailing space and all that is white space.
const ID_PATTERN = /^(?!\s*$)[^/\\?#]*[^/\\?# ]$/s;

export const idRule: ValueRule = {
  schema: Joi.string().max(MAX_ID_LENGTH).pattern(ID_PATTERN).custom(addressable),
  expected: `a string of 1 to ${MAX_ID_LENGTH} characters without / \\ ? #, that neither begins with $ nor ends in a space and is not blank, . or ..`,
};

export const int32Rule: ValueRule = {
  schema: Joi.number().integer().min(INT32_MIN).max(INT32_MAX),
  expected: `an integer between ${INT32_MIN} and ${INT32_MAX}`,
};

export const dateTimeOffsetRule: ValueRule = {
  schema: Joi.string().custom(dateTimeOffset),
  expected: 'a DateTimeOffset such as 2021-05-27T21:23:41.9085453Z',
};

/** An id that cannot be a URL's path segment could be stored but never be read. */
function addressable(id: string, helpers: Joi.CustomHelpers): string | Joi.ErrorReport {
  // OData keeps segments that begin with $ for itself: `operations/$count`.
  const reachable = id !== '.' && id !== '..' && !id.startsWith('$') && id.isWellFormed();
  return reachable ? id : helpers.error('any.invalid');
}

function dateTimeOffset(text: string, helpers: Joi.CustomHelpers): string | Joi.ErrorReport {
  return toUtc(text) ?? helpers.error('any.invalid');
}

type PropertyType = PropertyModel['type'];

const STRICT = { abortEarly: false, convert: false } as const;

/** The declared properties alone: dynamic ones and control information are taken out before. */
const operationSchema = toObjectSchema<Omit<NewOperation, 'dynamicProperties'>>(TEAMS_ASYNC_OPERATION.properties).prefs(
  STRICT,
);

type NamedChanges = Omit<OperationChanges, 'dynamicProperties'> & OperationUpdate['fixed'];

/** As `operationSchema`, for a body that names only what is to change. */
const updateSchema = toObjectSchema<NamedChanges>(TEAMS_ASYNC_OPERATION.properties)
  .fork(
    TEAMS_ASYNC_OPERATION.properties.map(({ name }) => name),
    (property) => property.optional(),
  )
  .prefs({ ...STRICT, noDefaults: true });

/** What each property must be, by its path: the second half of the message about it. */
const EXPECTED: Readonly<Record<string, string>> = Object.fromEntries(
  TEAMS_ASYNC_OPERATION.properties.flatMap((property) => describeRule(property)),
);

function toObjectSchema<Declared>(properties: readonly PropertyModel[]): Joi.ObjectSchema<Declared> {
  return Joi.object<Declared, false, Record<string, unknown>>(
    Object.fromEntries(properties.map((property) => [property.name, toSchema(property)])),
  );
}

function toSchema(property: PropertyModel): Joi.Schema {
  const { schema } = ruleOf(property);
  const nullable = property.nullable ? schema.allow(null).default(null) : schema;
  return property.requiredOnCreate ? nullable.required() : nullable;
}

function describeRule(property: PropertyModel, prefix = ''): [path: string, expected: string][] {
  const path = prefix + property.name;
  const expected = `${ruleOf(property).expected}${property.nullable ? ' or null' : ''}`;
  const { type } = property;
  const inner = isComplex(type) ? type.properties.flatMap((member) => describeRule(member, `${path}/`)) : [];
  return [[path, expected], ...inner];
}

function ruleOf({ name, type }: PropertyModel): ValueRule {
  if (name === 'id') return idRule;
  if (type === 'Edm.String') return { schema: Joi.string().allow(''), expected: 'a string' };
  if (type === 'Edm.Int32') return int32Rule;
  if (type === 'Edm.Boolean') return { schema: Joi.boolean(), expected: 'true or false' };
  if (type === 'Edm.DateTimeOffset') return dateTimeOffsetRule;
  if (isComplex(type)) return { schema: toObjectSchema(type.properties), expected: `a microsoft.graph.${type.name}` };
  return { schema: Joi.valid(...type.members), expected: `one of ${type.members.join(', ')}` };
}

function isComplex(type: PropertyType): type is ComplexTypeModel {
  return typeof type === 'object' && type.kind === 'complex';
}
