import { gzipSync } from 'node:zlib';
import { exampleWith, exampleWithout, JSON_TYPE, type RawRequest } from './create-operation-request.ts';

/** A request that CreateOperation rejects, and how. The same table runs on the handler alone and over HTTP. */
export interface RejectedRequest extends RawRequest {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  /** The targets of `error.details`, in any order. */
  readonly targets?: readonly string[];
}

const BAD_REQUEST = { status: 400, code: 'BadRequest' } as const;
const NO_JSON_TYPE = { status: 415, code: 'RequestBodyRead' } as const;
const GOOD = exampleWith({});

const BODIES: readonly RejectedRequest[] = [
  { title: 'no content type', body: Buffer.from(GOOD), headers: {}, ...BAD_REQUEST },
  { title: 'a content type of text', body: GOOD, headers: { 'content-type': 'text/plain' }, ...NO_JSON_TYPE },
  { title: 'a content type of XML', body: '<a/>', headers: { 'content-type': 'application/xml' }, ...NO_JSON_TYPE },
  {
    title: 'a charset other than UTF-8',
    body: GOOD,
    headers: { 'content-type': 'application/json; charset=utf-16' },
    ...NO_JSON_TYPE,
  },
  {
    title: 'a compressed body',
    body: gzipSync(GOOD),
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    ...NO_JSON_TYPE,
  },
  { title: 'an empty body', body: '', ...BAD_REQUEST },
  { title: 'invalid JSON', body: '{"operationType":', ...BAD_REQUEST },
  { title: 'a bare NaN', body: '{"attemptsCount":NaN}', ...BAD_REQUEST },
  { title: 'bytes that are no UTF-8', body: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), ...BAD_REQUEST },
  { title: 'a JSON array', body: '[]', ...BAD_REQUEST },
  { title: 'a JSON string', body: '"createChat"', ...BAD_REQUEST },
  { title: 'JSON null', body: 'null', ...BAD_REQUEST },
  { title: 'arrays nested 1,000 deep', body: nested(1_000), ...BAD_REQUEST },
  { title: 'arrays nested 500,000 deep', body: nested(500_000), ...BAD_REQUEST },
  { title: 'an unclosed string of brackets', body: `{"a":"${'['.repeat(1_000)}`, ...BAD_REQUEST },
  {
    title: 'a body over 4 MB',
    body: exampleWith({ values: 'x'.repeat(4 * 1024 * 1024) }),
    status: 413,
    code: 'RequestEntityTooLarge',
  },
];

const REQUIRED = ['operationType', 'status', 'lastActionDateTime', 'attemptsCount'];
const NOT_NULLABLE = ['id', 'createdDateTime', ...REQUIRED];
const DECLARED = [...NOT_NULLABLE, 'targetResourceId', 'targetResourceLocation', 'error'];

const VALUES: readonly (readonly [property: string, value: unknown])[] = [
  ...DECLARED.map((name) => [name, [1]] as const),
  ...NOT_NULLABLE.map((name) => [name, null] as const),
  ...['id', 'operationType', 'status', 'createdDateTime', 'lastActionDateTime'].map((name) => [name, 7] as const),
  ...['', 'a/b', 'a\\b', 'a?b', 'a#b', 'a ', '\n', '\u00a0', '.', '..', '\ud800', 'x'.repeat(256)].map(
    (id) => ['id', id] as const,
  ),
  ...['CreateChat', 'deleteTeam', '', 'null'].map((type) => ['operationType', type] as const),
  ...['InProgress', 'done', ' succeeded'].map((status) => ['status', status] as const),
  ...['1', 1.5, 2 ** 31, -(2 ** 31) - 1, 1e21, true].map((count) => ['attemptsCount', count] as const),
  ...[
    '2021-05-27',
    '2021-05-27T21:23:45',
    '2021-02-30T00:00:00Z',
    '2021-05-27T24:00:00Z',
    '2021-05-27T21:23:60Z',
    '2021-05-27T21:23:45+15:00',
    '2021-05-27T21:23:45.1234567890123Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    'yesterday',
  ].map((date) => ['lastActionDateTime', date] as const),
];

const PROPERTIES: readonly RejectedRequest[] = [
  ...REQUIRED.map((name) => ({
    title: `no ${name}`,
    body: exampleWithout(name),
    targets: [name],
    ...BAD_REQUEST,
  })),
  ...VALUES.map(([name, value]) => ({
    title: `${name} ${JSON.stringify(value).slice(0, 40)}`,
    body: exampleWith({ [name]: value }),
    targets: [name],
    ...BAD_REQUEST,
  })),
  {
    title: 'everything wrong at once',
    body: '{"@odata.type":"#microsoft.graph.chat","id":"a/b","status":"done","attemptsCount":"1"}',
    targets: ['@odata.type', 'id', 'operationType', 'status', 'lastActionDateTime', 'attemptsCount'],
    ...BAD_REQUEST,
  },
  { title: 'an error with an unknown property', ...wrongError('{"code":"a","hint":"b"}', 'error/hint') },
  { title: 'an error with a prototype', ...wrongError('{"__proto__":{"code":1}}', 'error/__proto__') },
  { title: 'an error with a code of 7', ...wrongError('{"code":7}', 'error/code') },
  { title: 'an error of another type', ...wrongError('{"@odata.type":"#microsoft.graph.chat"}', 'error/@odata.type') },
];

const CHAT_IDS: readonly RejectedRequest[] = [
  { title: 'a chat id of more than 2 KB', path: `/chats/${'a'.repeat(2_049)}/operations`, ...chatProblem() },
  { title: 'a chat id of spaces', path: '/chats/%20%20/operations', ...chatProblem() },
  { title: 'a chat id that is no UTF-8', path: '/chats/%ff/operations', ...chatProblem() },
];

export const REJECTED_REQUESTS: readonly RejectedRequest[] = [...BODIES, ...PROPERTIES, ...CHAT_IDS].map((request) => ({
  ...request,
  headers: request.headers ?? JSON_TYPE,
}));

function nested(levels: number): string {
  return `{"values":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

function wrongError(error: string, target: string): Omit<RejectedRequest, 'title'> {
  const body = `${exampleWithout('error').slice(0, -1)},"error":${error}}`;
  return { body, targets: [target], ...BAD_REQUEST };
}

function chatProblem(): Omit<RejectedRequest, 'title'> {
  return { body: GOOD, targets: ['chatsId'], ...BAD_REQUEST };
}
