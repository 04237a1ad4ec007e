import Joi from 'joi';
import { toUtc } from '../domain/date-time-offset.ts';

/** What a value must be, for joi and in words. */
export interface ValueRule {
  readonly schema: Joi.Schema;
  readonly expected: string;
}

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
/** In UTF-16 code units. Cosmos DB takes ids of 255 characters in every API version. */
const MAX_ID_LENGTH = 255;
// Cosmos DB takes none of these four in an id, and its SDK refuses a trailing space and all that is white space.
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
