import Joi, { type ValidationErrorItem } from 'joi';
import { BadRequestError, type ErrorDetail, ValidationError } from '../domain/errors.ts';
import { CHANGE_TYPES, type ChangeType } from '../domain/notifications/operation-change.ts';
import type { ResourceDataOptions, Subscription } from '../domain/notifications/subscription.ts';
import { type PropertyModel, SUBSCRIPTION_TYPE } from '../domain/type-model.ts';
import { dateTimeOffsetRule, isNamed, isObject, type JsonObject } from './operation-body.ts';

/** What a caller sends to subscribe. */
export type NewSubscription = Pick<
  Subscription,
  'resource' | 'changeTypes' | 'notificationUrl' | 'lifecycleNotificationUrl' | 'expirationDateTime' | 'clientState'
> &
  Required<Pick<Subscription, 'format' | 'tlsVersion' | 'resourceData'>>;

/** What an update names; what is absent stays as it is. */
export type SubscriptionChanges = Partial<Pick<Subscription, 'expirationDateTime' | 'notificationUrl'>>;

const MAX_URL_LENGTH = 2_048;
/** Longer than any chat and operation can make it, percent-encoded throughout. */
const MAX_RESOURCE_LENGTH = 8_192;
const MAX_CLIENT_STATE_LENGTH = 128;
const MAX_CERTIFICATE_LENGTH = 16_384;
const MAX_CERTIFICATE_ID_LENGTH = 255;
const MAX_DETAILS = 100;
const MAX_SHOWN_NAME_LENGTH = 255;

/** Graph has it too; what it asks for is not done here. */
const UNSUPPORTED: readonly string[] = ['notificationQueryOptions'];
const READ_ONLY: readonly string[] = ['applicationId', 'creatorId', 'id'];
const PROPERTIES: readonly PropertyModel[] = SUBSCRIPTION_TYPE.properties;

const url = Joi.string().max(MAX_URL_LENGTH).custom(absoluteUrl);
const RULES = {
  resource: { schema: Joi.string().max(MAX_RESOURCE_LENGTH), expected: 'the path of operations, without the service' },
  changeType: {
    schema: Joi.string().custom(changeTypes),
    expected: 'created, updated, deleted, or several with commas',
  },
  notificationUrl: { schema: url, expected: `a URL of up to ${MAX_URL_LENGTH} characters` },
  lifecycleNotificationUrl: {
    schema: url.allow(null),
    expected: `a URL of up to ${MAX_URL_LENGTH} characters or null`,
  },
  expirationDateTime: dateTimeOffsetRule,
  clientState: {
    schema: Joi.string().allow('', null).max(MAX_CLIENT_STATE_LENGTH),
    expected: `a string of up to ${MAX_CLIENT_STATE_LENGTH} characters or null`,
  },
  latestSupportedTlsVersion: { schema: Joi.valid('v1_2', 'v1_3', null), expected: 'v1_2, v1_3 or null' },
  includeResourceData: { schema: Joi.valid(true, false, null), expected: 'true, false or null' },
  encryptionCertificate: {
    schema: Joi.string().allow(null).max(MAX_CERTIFICATE_LENGTH),
    expected: `a certificate in Base64 of up to ${MAX_CERTIFICATE_LENGTH} characters or null`,
  },
  encryptionCertificateId: {
    schema: Joi.string().allow(null).max(MAX_CERTIFICATE_ID_LENGTH),
    expected: `a string of up to ${MAX_CERTIFICATE_ID_LENGTH} characters or null`,
  },
  notificationUrlAppId: { schema: Joi.string().guid().allow(null), expected: 'a GUID or null' },
  notificationContentType: {
    schema: Joi.valid('application/json', 'application/cloudevents+json', null),
    expected: 'application/json, application/cloudevents+json or null',
  },
} as const;

const STRICT = { abortEarly: false, convert: false };
const newSchema = Joi.object({
  ...Object.fromEntries(Object.entries(RULES).map(([name, { schema }]) => [name, schema])),
  ...Object.fromEntries(
    (['resource', 'changeType', 'notificationUrl', 'expirationDateTime'] as const).map((name) => [
      name,
      RULES[name].schema.required(),
    ]),
  ),
}).prefs(STRICT);
const changesSchema = Joi.object({
  expirationDateTime: RULES.expirationDateTime.schema,
  notificationUrl: RULES.notificationUrl.schema,
}).prefs(STRICT);

/** As joi leaves it. */
interface GivenSubscription {
  readonly resource: string;
  readonly changeType: readonly ChangeType[];
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl?: string | null;
  readonly expirationDateTime: string;
  readonly clientState?: string | null;
  readonly notificationContentType?: string | null;
  readonly includeResourceData?: boolean | null;
  readonly encryptionCertificate?: string | null;
  readonly encryptionCertificateId?: string | null;
  readonly notificationUrlAppId?: string | null;
  readonly latestSupportedTlsVersion?: 'v1_2' | 'v1_3' | null;
}

/**
 * Turns a parsed body into a subscription to be. What the resource is, and how long it may live, is not looked at here.
 *
 * @throws ValidationError naming each property that is wrong, unknown, read-only or not supported
 */
export function parseNewSubscription(body: unknown): NewSubscription {
  const given: GivenSubscription = readBody(body, newSchema, (name) =>
    READ_ONLY.includes(name) ? `The property '${name}' is read-only.` : null,
  );
  return {
    resource: given.resource,
    changeTypes: given.changeType,
    notificationUrl: given.notificationUrl,
    lifecycleNotificationUrl: given.lifecycleNotificationUrl ?? null,
    expirationDateTime: given.expirationDateTime,
    clientState: given.clientState ?? null,
    format: given.notificationContentType === 'application/cloudevents+json' ? 'cloudEvents' : 'graph',
    resourceData: toResourceData(given),
    tlsVersion: given.latestSupportedTlsVersion ?? 'v1_2',
  };
}

/** @throws ValidationError resource data is asked for, and what it needs is not there */
function toResourceData(given: GivenSubscription): ResourceDataOptions | null {
  const { encryptionCertificate: certificate, encryptionCertificateId: certificateId } = given;
  if (given.includeResourceData !== true) return null;
  if (certificate && certificateId)
    return { certificate, certificateId, applicationId: given.notificationUrlAppId ?? null };
  const missing = ['encryptionCertificate', 'encryptionCertificateId'].filter(
    (name) => !given[name as 'encryptionCertificate' | 'encryptionCertificateId'], // the two names above
  );
  throw new ValidationError(
    missing.map((name) => detail(name, `The '${name}' property is required when includeResourceData is true.`)),
  );
}

/**
 * @throws ValidationError naming each property that is wrong or cannot be changed
 * @throws BadRequestError the body names no property
 */
export function parseSubscriptionChanges(body: unknown): SubscriptionChanges {
  const changes: SubscriptionChanges = readBody(body, changesSchema, (name) =>
    PROPERTIES.some((property) => property.name === name && property.immutable)
      ? `The property '${name}' is read-only and cannot be updated.`
      : null,
  );
  if (Object.keys(changes).length === 0)
    throw new BadRequestError('The request body must name at least one property to update.');
  return changes;
}

/** Written `changetype` in samples of Graph, which takes it. */
const CHANGE_TYPE = /^changetype$/i;

/** @param rejectionOf why a declared property cannot be here; null: it can */
function readBody<T>(body: unknown, schema: Joi.ObjectSchema<T>, rejectionOf: (name: string) => string | null): T {
  if (!isObject(body)) throw new BadRequestError('The request body must be a JSON object.');
  // A name with `@` is an annotation: OData JSON format 4.01, section 4.6.
  const entries = Object.entries(body)
    .filter(([name]) => !name.includes('@'))
    .map(([name, value]) => [CHANGE_TYPE.test(name) ? 'changeType' : name, value] as const);
  const details = entries.flatMap(([name, value]) => rejectProperty(name, value, rejectionOf));
  const rejected = details.map(({ target }) => target);
  const kept = entries.filter(([name]) => Object.hasOwn(RULES, name) && !rejected.includes(name));
  const { value, error } = schema.validate(Object.fromEntries(kept));
  const all = [...checkType(body), ...details, ...(error?.details ?? []).map(toDetail)];
  if (all.length > 0 || value === undefined) throw new ValidationError(all.slice(0, MAX_DETAILS));
  return value;
}

function rejectProperty(name: string, value: unknown, rejectionOf: (name: string) => string | null): ErrorDetail[] {
  // What asks for nothing is no reason to reject it: SDKs send it unasked.
  if (UNSUPPORTED.includes(name))
    return value === null || value === false
      ? []
      : [detail(name, `The property '${name}' is not supported for subscriptions to operations.`)];
  const rejection = rejectionOf(name);
  if (rejection !== null) return [detail(name, rejection)];
  if (Object.hasOwn(RULES, name)) return [];
  const type = 'microsoft.graph.subscription';
  const message = `The property '${shown(name)}' does not exist on type '${type}'. Make sure to only use property names that are defined by the type.`;
  return [{ code: 'RequestBodyRead', message, target: shown(name) }];
}

function checkType(body: JsonObject): ErrorDetail[] {
  const given = Object.hasOwn(body, '@odata.type') ? body['@odata.type'] : undefined;
  if (given === undefined || isNamed(given, 'subscription')) return [];
  return [detail('@odata.type', "The value of '@odata.type' must be '#microsoft.graph.subscription'.")];
}

function toDetail({ type, path }: ValidationErrorItem): ErrorDetail {
  const target = path.join('/');
  if (type === 'any.required') return detail(target, `The '${target}' property is required to create a subscription.`);
  const rules: Readonly<Record<string, { readonly expected: string }>> = RULES;
  return detail(target, `The value of the property '${target}' is not valid. It must be ${rules[target]?.expected}.`);
}

function detail(target: string, message: string): ErrorDetail {
  return { code: 'BadRequest', message, target };
}

function shown(name: string): string {
  return name.slice(0, MAX_SHOWN_NAME_LENGTH);
}

function changeTypes(text: string, helpers: Joi.CustomHelpers): readonly ChangeType[] | Joi.ErrorReport {
  const given = text.split(',').map((part) => part.trim().toLowerCase());
  const known = CHANGE_TYPES.filter((type) => given.includes(type));
  return known.length === given.length ? known : helpers.error('any.invalid');
}

function absoluteUrl(text: string, helpers: Joi.CustomHelpers): string | Joi.ErrorReport {
  return text.isWellFormed() && URL.canParse(text) ? text : helpers.error('any.invalid');
}
