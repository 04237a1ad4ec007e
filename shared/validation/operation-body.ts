import type { ObjectSchema, ValidationErrorItem } from 'joi';
import { BadRequestError, type ErrorDetail, ValidationError } from '../domain/errors.ts';
import { DECLARED_PROPERTIES, OPERATION_ERROR_TYPE } from '../domain/type-model.ts';
import { EXPECTED } from './operation-schema.ts';
import { isNamed } from './type-name.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const DECLARED: readonly string[] = DECLARED_PROPERTIES;
const ERROR_PROPERTIES: readonly string[] = OPERATION_ERROR_TYPE.properties.map(({ name }) => name);
/** Keeps an answer small where a body has a hundred thousand wrong names. */
const MAX_DETAILS = 100;
const MAX_SHOWN_NAME_LENGTH = 255;

export interface OperationBody {
  /** Whatever the schema makes of the declared properties. */
  // biome-ignore lint/suspicious/noExplicitAny: its type is the schema's to know, and joi says nothing about it
  readonly declared: any;
  readonly dynamic: JsonObject;
}

/**
 * Reads an operation's properties from a parsed body. Control information (names with `@`) is left out, properties the
 * type does not declare are dynamic ones.
 *
 * @throws ValidationError with one detail for everything that is wrong
 */
export function readOperationBody(body: unknown, schema: ObjectSchema): OperationBody {
  if (!isObject(body)) throw new BadRequestError('The request body must be a JSON object.');
  const { declared, dynamic } = split(body);
  const closed = closeError(declared.error);
  const { value, error } = schema.validate('error' in declared ? { ...declared, error: closed.value } : declared);
  const details = [
    ...checkType(body, '@odata.type', 'teamsAsyncOperation'),
    ...(error?.details ?? []).map(toDetail),
    ...closed.details,
  ];
  if (details.length > 0) throw new ValidationError(details.slice(0, MAX_DETAILS));
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

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
