import Joi from 'joi';
import { BadRequestError } from '../domain/errors.ts';

/** One request of a JSON batch. */
export interface BatchItem {
  /** As sent; two ids that differ in case alone are one. */
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  /** As sent: below the service root, with or without a leading slash and version. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when none was sent; null is a body. */
  readonly body: unknown;
  /** Ids, as their own items spell them, of items that stand before this one. */
  readonly dependsOn: readonly string[];
}

/** Microsoft Graph's limit on the requests of one batch. */
export const MAX_BATCH_ITEMS = 20;

/** Far more than the headers of a request together may have. */
const MAX_HEADERS = 100;
const MAX_URL_LENGTH = 16 * 1024;
const MAX_ID_LENGTH = 255;
/** RFC 9110, section 5.6.2: the characters of a token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5: no control characters; one would end the header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

interface GivenItem {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | null;
  readonly body?: unknown;
  readonly dependsOn?: readonly string[] | null;
}

const id = Joi.string().max(MAX_ID_LENGTH);
const itemSchema = Joi.object({
  id: id.required(),
  method: Joi.string().pattern(TOKEN).required(),
  url: Joi.string().max(MAX_URL_LENGTH).required(),
  headers: Joi.object().pattern(TOKEN, Joi.string().allow('').pattern(HEADER_VALUE)).max(MAX_HEADERS).allow(null),
  body: Joi.any(),
  dependsOn: Joi.array().items(id).max(MAX_BATCH_ITEMS).allow(null),
  atomicityGroup: Joi.forbidden(),
}).unknown();
const batchSchema = Joi.object<{ requests: readonly GivenItem[] }>({
  requests: Joi.array().items(itemSchema).min(1).required(),
})
  .required()
  .unknown()
  .prefs({ convert: false });

/**
 * Reads the body of a JSON batch. One that breaks a rule is rejected as a whole, before anything of it runs.
 *
 * @throws BadRequestError in Graph's words where they are known
 */
export function parseBatch(body: unknown): readonly BatchItem[] {
  const { value, error } = batchSchema.validate(body);
  if (error) throw new BadRequestError(`Invalid batch payload format. ${error.message}.`);
  if (value.requests.length > MAX_BATCH_ITEMS)
    throw new BadRequestError(`Number of batch request steps exceeds the maximum value of ${MAX_BATCH_ITEMS}.`);
  const items = resolveDependencies(value.requests.map(toItem));
  if (!isSequentialOrParallel(items))
    throw new BadRequestError(
      'Invalid batch payload format. The batch must be either fully sequential or fully parallel.',
    );
  return items;
}

function toItem({ id, method, url, headers, body, dependsOn }: GivenItem): BatchItem {
  const lowered = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const item = { id, method: method.toUpperCase(), url, headers: Object.fromEntries(lowered), body };
  if (body !== undefined && !item.headers['content-type'])
    throw new BadRequestError(`Write request with id '${id}' does not contain a Content-Type header.`);
  return { ...item, dependsOn: dependsOn ?? [] };
}

/** An item may depend on those before it alone, as in Graph, so that no cycle is possible. */
function resolveDependencies(items: readonly BatchItem[]): readonly BatchItem[] {
  const seen = new Map<string, string>();
  return items.map((item) => {
    const dependsOn = item.dependsOn.map((dependency) => {
      const known = seen.get(dependency.toLowerCase());
      if (known === undefined) throw new BadRequestError(`Invalid dependency for request Id ${item.id}.`);
      return known;
    });
    const key = item.id.toLowerCase();
    if (seen.has(key)) throw new BadRequestError(`Request Id ${item.id} has to be unique in a batch.`);
    seen.set(key, item.id);
    return { ...item, dependsOn };
  });
}

/**
 * Graph carries out its requests in three ways: all at once, one after another, or one and then all others. A request
 * depends on one other at most.
 */
function isSequentialOrParallel([first, ...others]: readonly BatchItem[]): boolean {
  const dependencies = others.map(({ dependsOn }) => dependsOn[0] ?? null);
  if (others.some(({ dependsOn }) => dependsOn.length > 1)) return false;
  if (dependencies.every((id) => id === null)) return true;
  const previous = [first, ...others].map((item) => item?.id ?? null);
  return (
    dependencies.every((id, index) => id === previous[index]) || dependencies.every((id) => id === (first?.id ?? null))
  );
}
