import { ERROR_CODES } from '../domain/errors.ts';
import {
  CHANNEL_TYPE,
  CHAT_TYPE,
  CHAT_TYPE_TYPE,
  CLONABLE_PARTS_TYPE,
  TEAM_ACTIONS,
  TEAM_TYPE,
  TEAM_VISIBILITY_TYPE,
} from '../domain/teams/team-model.ts';
import {
  type ComplexTypeModel,
  type EntityTypeModel,
  type EnumTypeModel,
  NAMESPACE,
  OPERATION_ERROR_TYPE,
  OPERATION_STATUS_TYPE,
  OPERATION_TYPE_TYPE,
  type PrimitiveType,
  type PropertyModel,
  SUBSCRIPTION_TYPE,
  TEAMS_ASYNC_OPERATION,
} from '../domain/type-model.ts';

/** JSON Schema of draft 2020-12, which OpenAPI 3.1 is based on. */
export type Schema = Readonly<Record<string, unknown>>;

const PRIMITIVES: Readonly<Record<PrimitiveType, Schema>> = {
  'Edm.String': { type: 'string' },
  'Edm.Int32': { type: 'integer', format: 'int32', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  'Edm.Boolean': { type: 'boolean' },
  'Edm.DateTimeOffset': { type: 'string', format: 'date-time' },
};
const ODATA_ERROR = `${NAMESPACE}.ODataErrors.ODataError`;
const STRING = { type: 'string' };
const GUID = { type: 'string', format: 'uuid' };

/** @example refTo('microsoft.graph.chat') // { $ref: '#/components/schemas/microsoft.graph.chat' } */
export function refTo(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export const OPERATION_SCHEMA: Schema = refTo(`${NAMESPACE}.${TEAMS_ASYNC_OPERATION.name}`);
export const ERROR_SCHEMA: Schema = refTo(ODATA_ERROR);

export const NEW_OPERATION_SCHEMA: Schema = toNew(TEAMS_ASYNC_OPERATION);
export const WHOLE_OPERATION_SCHEMA: Schema = toWhole(TEAMS_ASYNC_OPERATION);
export const OPERATIONS_SCHEMA: Schema = toCollection(TEAMS_ASYNC_OPERATION);

export const TEAM_SCHEMA: Schema = refTo(`${NAMESPACE}.${TEAM_TYPE.name}`);
export const WHOLE_TEAM_SCHEMA: Schema = toWhole(TEAM_TYPE);
export const CHANNEL_SCHEMA: Schema = refTo(`${NAMESPACE}.${CHANNEL_TYPE.name}`);
export const CHANNELS_SCHEMA: Schema = toCollection(CHANNEL_TYPE);
export const CHAT_SCHEMA: Schema = refTo(`${NAMESPACE}.${CHAT_TYPE.name}`);
export const WHOLE_CHAT_SCHEMA: Schema = toWhole(CHAT_TYPE);
/** What names members and apps is not of the type. */
export const NEW_CHAT_SCHEMA: Schema = {
  type: 'object',
  required: ['chatType', 'members'],
  properties: {
    chatType: { type: 'string', enum: ['oneOnOne', 'group'] },
    topic: { anyOf: [STRING, { type: 'null' }] },
    members: { type: 'array', minItems: 1, items: { type: 'object' } },
    installedApps: { type: 'array', maxItems: 1, items: { type: 'object' } },
  },
};

/** The body of an action. */
export function toParametersSchema(action: string): Schema {
  const { parameters = [] } = TEAM_ACTIONS.find(({ name }) => name === action) ?? {};
  const required = parameters.filter(isRequired).map(({ name }) => name);
  return { type: 'object', ...(required.length > 0 && { required }), properties: toProperties(parameters) };
}

export const SUBSCRIPTION_SCHEMA: Schema = refTo(`${NAMESPACE}.${SUBSCRIPTION_TYPE.name}`);
export const NEW_SUBSCRIPTION_SCHEMA: Schema = toNew(SUBSCRIPTION_TYPE);
export const WHOLE_SUBSCRIPTION_SCHEMA: Schema = toWhole(SUBSCRIPTION_TYPE);
export const SUBSCRIPTIONS_SCHEMA: Schema = toCollection(SUBSCRIPTION_TYPE);

/** What a request to create the entity holds. */
function toNew({ name, properties }: EntityTypeModel): Schema {
  const required = properties.filter(isRequired).map((property) => property.name);
  return { allOf: [refTo(`${NAMESPACE}.${name}`), { required }] };
}

/** What an answer holds that shows the whole entity. */
function toWhole({ name, properties }: EntityTypeModel): Schema {
  const required = properties.map((property) => property.name);
  return { allOf: [refTo(`${NAMESPACE}.${name}`), { required }] };
}

function toCollection({ name }: EntityTypeModel): Schema {
  return {
    type: 'object',
    required: ['value'], // with odata.metadata=none that is all there is
    properties: {
      '@odata.context': STRING,
      '@odata.count': { type: ['integer', 'string'], minimum: 0, pattern: '^\\d+$' }, // a string with IEEE754Compatible=true
      '@odata.nextLink': { type: 'string', format: 'uri' },
      value: { type: 'array', items: refTo(`${NAMESPACE}.${name}`) },
    },
    additionalProperties: false,
  };
}

/** The schemas that others refer to, by name. */
export function toComponentSchemas(): Record<string, Schema> {
  return {
    [`${NAMESPACE}.${TEAMS_ASYNC_OPERATION.name}`]: toEntitySchema(TEAMS_ASYNC_OPERATION),
    [`${NAMESPACE}.${SUBSCRIPTION_TYPE.name}`]: toEntitySchema(SUBSCRIPTION_TYPE),
    [`${NAMESPACE}.${TEAM_TYPE.name}`]: toEntitySchema(TEAM_TYPE),
    [`${NAMESPACE}.${CHANNEL_TYPE.name}`]: toEntitySchema(CHANNEL_TYPE),
    [`${NAMESPACE}.${CHAT_TYPE.name}`]: toEntitySchema(CHAT_TYPE),
    [`${NAMESPACE}.${TEAM_VISIBILITY_TYPE.name}`]: toEnumSchema(TEAM_VISIBILITY_TYPE),
    [`${NAMESPACE}.${CHAT_TYPE_TYPE.name}`]: toEnumSchema(CHAT_TYPE_TYPE),
    [`${NAMESPACE}.${CLONABLE_PARTS_TYPE.name}`]: STRING,
    [`${NAMESPACE}.${OPERATION_ERROR_TYPE.name}`]: toComplexSchema(OPERATION_ERROR_TYPE),
    [`${NAMESPACE}.${OPERATION_STATUS_TYPE.name}`]: toEnumSchema(OPERATION_STATUS_TYPE),
    [`${NAMESPACE}.${OPERATION_TYPE_TYPE.name}`]: toEnumSchema(OPERATION_TYPE_TYPE),
    [ODATA_ERROR]: toErrorSchema(),
  };
}

function toEntitySchema({ description, properties, open }: EntityTypeModel): Schema {
  return {
    type: 'object',
    description,
    properties: {
      '@odata.type': STRING,
      '@odata.context': STRING,
      '@odata.etag': STRING,
      ...toProperties(properties),
    },
    patternProperties: { '@': {} }, // control information
    additionalProperties: open,
  };
}

function toComplexSchema({ properties }: ComplexTypeModel): Schema {
  return {
    type: 'object',
    properties: { '@odata.type': STRING, ...toProperties(properties) },
    additionalProperties: false,
  };
}

function toEnumSchema({ members }: EnumTypeModel): Schema {
  return { type: 'string', enum: members };
}

function toProperties(properties: readonly PropertyModel[]): Record<string, Schema> {
  return Object.fromEntries(properties.map((property) => [property.name, toPropertySchema(property)]));
}

function toPropertySchema({ type, nullable, description }: PropertyModel): Schema {
  const schema = typeof type === 'string' ? PRIMITIVES[type] : refTo(`${NAMESPACE}.${type.name}`);
  return nullable ? { description, anyOf: [schema, { type: 'null' }] } : { description, ...schema };
}

function toErrorSchema(): Schema {
  const code = { type: 'string', enum: ERROR_CODES };
  const details = { type: 'array', minItems: 1, items: closed({ code, message: STRING, target: STRING }) };
  const innerError = closed({
    date: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$' },
    'request-id': GUID,
    'client-request-id': GUID,
  });
  const error = { ...closed({ code, message: STRING, innerError }) };
  const properties = { code, message: STRING, target: STRING, details, innerError };
  return closed({ error: { ...error, properties } });
}

/** An object with exactly these properties. */
function closed(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false };
}

function isRequired({ requiredOnCreate = false }: PropertyModel): boolean {
  return requiredOnCreate;
}
