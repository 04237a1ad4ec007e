import Joi from 'joi';
import { toUtc } from '../domain/date-time-offset.ts';
import { OPERATION_STATUSES, OPERATION_TYPES } from '../domain/teams-async-operation.ts';

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
/** In UTF-16 code units. Cosmos DB takes ids of 255 characters in every API version. */
const MAX_ID_LENGTH = 255;
// Cosmos DB takes none of these four in an id, and its SDK refuses a trailing space.
const ID_PATTERN = /^[^/\\?#]*[^/\\?# ]$/s;

const operationError = Joi.object({
  code: Joi.string().allow('', null).default(null),
  message: Joi.string().allow('', null).default(null),
});

/** The declared properties alone: dynamic ones and control information are taken out before. */
export const operationSchema = Joi.object({
  id: Joi.string().max(MAX_ID_LENGTH).pattern(ID_PATTERN).custom(addressable),
  operationType: Joi.valid(...OPERATION_TYPES).required(),
  createdDateTime: Joi.string().custom(dateTimeOffset),
  status: Joi.valid(...OPERATION_STATUSES).required(),
  lastActionDateTime: Joi.string().custom(dateTimeOffset).required(),
  attemptsCount: Joi.number().integer().min(INT32_MIN).max(INT32_MAX).required(),
  targetResourceId: Joi.string().allow('', null).default(null),
  targetResourceLocation: Joi.string().allow('', null).default(null),
  error: operationError.allow(null).default(null),
}).prefs({ abortEarly: false, convert: false });

/** What each property must be, by its path: the second half of the message about it. */
export const EXPECTED: Readonly<Record<string, string>> = {
  id: `a string of 1 to ${MAX_ID_LENGTH} characters without / \\ ? #, that does not end in a space and is not . or ..`,
  operationType: `one of ${OPERATION_TYPES.join(', ')}`,
  createdDateTime: 'a DateTimeOffset such as 2021-05-27T21:23:41.9085453Z',
  status: `one of ${OPERATION_STATUSES.join(', ')}`,
  lastActionDateTime: 'a DateTimeOffset such as 2021-05-27T21:23:41.9085453Z',
  attemptsCount: `an integer between ${INT32_MIN} and ${INT32_MAX}`,
  targetResourceId: 'a string or null',
  targetResourceLocation: 'a string or null',
  error: 'a microsoft.graph.operationError or null',
  'error/code': 'a string or null',
  'error/message': 'a string or null',
};

/** An id that cannot be a URL's path segment could be stored but never be read. */
function addressable(id: string, helpers: Joi.CustomHelpers): string | Joi.ErrorReport {
  const reachable = id !== '.' && id !== '..' && id.isWellFormed();
  return reachable ? id : helpers.error('any.invalid');
}

function dateTimeOffset(text: string, helpers: Joi.CustomHelpers): string | Joi.ErrorReport {
  return toUtc(text) ?? helpers.error('any.invalid');
}
