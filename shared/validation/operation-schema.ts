import Joi from 'joi';
import { type ComplexTypeModel, type PropertyModel, TEAMS_ASYNC_OPERATION } from '../domain/type-model.ts';
import { dateTimeOffsetRule, idRule, int32Rule, type ValueRule } from './value-rules.ts';

type PropertyType = PropertyModel['type'];

/** The declared properties alone: dynamic ones and control information are taken out before. */
export const operationSchema: Joi.ObjectSchema = toObjectSchema(TEAMS_ASYNC_OPERATION.properties).prefs({
  abortEarly: false,
  convert: false,
});

/** As `operationSchema`, for a body that names only what is to change. */
export const updateSchema: Joi.ObjectSchema = operationSchema
  .fork(
    TEAMS_ASYNC_OPERATION.properties.map(({ name }) => name),
    (property) => property.optional(),
  )
  .prefs({ noDefaults: true });

/** What each property must be, by its path: the second half of the message about it. */
export const EXPECTED: Readonly<Record<string, string>> = Object.fromEntries(
  TEAMS_ASYNC_OPERATION.properties.flatMap((property) => describe(property)),
);

function toObjectSchema(properties: readonly PropertyModel[]): Joi.ObjectSchema {
  return Joi.object(Object.fromEntries(properties.map((property) => [property.name, toSchema(property)])));
}

function toSchema(property: PropertyModel): Joi.Schema {
  const { schema } = ruleOf(property);
  const nullable = property.nullable ? schema.allow(null).default(null) : schema;
  return property.requiredOnCreate ? nullable.required() : nullable;
}

function describe(property: PropertyModel, prefix = ''): [path: string, expected: string][] {
  const path = prefix + property.name;
  const expected = `${ruleOf(property).expected}${property.nullable ? ' or null' : ''}`;
  const { type } = property;
  const inner = isComplex(type) ? type.properties.flatMap((member) => describe(member, `${path}/`)) : [];
  return [[path, expected], ...inner];
}

function ruleOf({ name, type }: PropertyModel): ValueRule {
  if (name === 'id') return idRule;
  if (type === 'Edm.String') return { schema: Joi.string().allow(''), expected: 'a string' };
  if (type === 'Edm.Int32') return int32Rule;
  if (type === 'Edm.DateTimeOffset') return dateTimeOffsetRule;
  if (isComplex(type)) return { schema: toObjectSchema(type.properties), expected: `a microsoft.graph.${type.name}` };
  return { schema: Joi.valid(...type.members), expected: `one of ${type.members.join(', ')}` };
}

function isComplex(type: PropertyType): type is ComplexTypeModel {
  return typeof type === 'object' && type.kind === 'complex';
}
