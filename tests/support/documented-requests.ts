import { CHAT_ID, JSON_TYPE, type RawRequest } from './create-operation-request.ts';

/** A request as a public page prints it or a published client sends it, and what is to come back. */
export interface DocumentedRequest extends RawRequest {
  readonly title: string;
  readonly answer: {
    readonly status: number;
    readonly text?: string;
    /** Compared as `toMatchObject()` does. */
    readonly body?: object;
  };
  /** The targets of `error.details`, in any order. */
  readonly targets?: readonly string[];
}

/** The operation of the page "Get teamsAsyncOperation", as it is stored before the requests are sent. */
export const CREATE_CHAT_OPERATION = {
  id: '2432b57b-0abd-43db-aa7b-16eadd115d34-e88ae9aa-887e-4972-ac3e-bd578e38232e-cf58835e-43f0-4fc1-825e-5de55630e7e4',
  operationType: 'createChat',
  createdDateTime: '2021-05-27T21:23:41.9085453Z',
  status: 'succeeded',
  lastActionDateTime: '2021-05-27T21:23:45.1899277Z',
  attemptsCount: 1,
  targetResourceId: CHAT_ID,
  targetResourceLocation: `/chats('${CHAT_ID}')`,
  values: '{"appIds":["1542629c-01b3-4a6d-8f76-1938b779e48d"]}',
  error: null,
};

/** A chat of two people: another of the documented forms of an id. */
export const LISTED_CHAT =
  '19:8ea0e38b-efb3-4757-924a-5f94061cf8c2_97f62344-57dc-409c-88ad-c4af14158ff5@unq.gbl.spaces';
/** Those of `LISTED_CHAT`, the oldest first. */
export const LISTED_OPERATIONS = ['x-1', 'x-2', 'x-3', 'x-4'].map((id, index) => ({
  ...CREATE_CHAT_OPERATION,
  id,
  createdDateTime: `2021-05-27T21:23:4${index}.5Z`,
}));

const RAW = `/chats/${CHAT_ID}/operations`;
const ENCODED = `/chats/${encodeURIComponent(CHAT_ID)}/operations`;
const RAW_LIST = `/chats/${LISTED_CHAT}/operations`;
const ENCODED_LIST = `/chats/${encodeURIComponent(LISTED_CHAT)}/operations`;
const BAD_REQUEST = { status: 400, body: { error: { code: 'BadRequest' } } };

function badRequest(message: string) {
  return { status: 400, body: { error: { code: 'BadRequest', message } } };
}

/**
 * https://learn.microsoft.com/graph/api/teamsasyncoperation-get, /graph/api/chat-list-operations, /graph/api/chat-post,
 * /graph/api/team-archive and /graph/api/channel-archive (the forms of Location), all `?view=graph-rest-beta`.
 */
const PAGES: readonly DocumentedRequest[] = [
  {
    title: 'gets an operation, its chat unescaped',
    path: `${RAW}/${CREATE_CHAT_OPERATION.id}`,
    answer: { status: 200, body: CREATE_CHAT_OPERATION },
  },
  {
    title: 'follows a Location with keys in parentheses',
    path: `/chats('${CHAT_ID}')/operations('${CREATE_CHAT_OPERATION.id}')`,
    answer: { status: 200, body: CREATE_CHAT_OPERATION },
  },
  {
    title: 'lists with the query options that are documented',
    path: `${RAW_LIST}?$filter=status%20eq%20'succeeded'&$select=id&$top=2&$skip=2`,
    answer: { status: 200, body: { value: [{ id: 'x-3' }, { id: 'x-4' }] } },
  },
  {
    title: 'creates an operation of which a property is named Value',
    method: 'POST',
    path: '/chats/value/operations',
    headers: JSON_TYPE,
    body: JSON.stringify({ ...CREATE_CHAT_OPERATION, Value: '{"apps":[{"Index":1}],"channels":[]}' }),
    answer: { status: 201, body: { Value: '{"apps":[{"Index":1}],"channels":[]}', error: null } },
  },
  ...["/teams('f60c891c')/operations('d772b2ae')", '/teams/f60c891c/operations/d772b2ae'].map((path) => ({
    title: `does not show ${path} to a caller who may read chats alone`,
    path,
    answer: { status: 403, body: { error: { code: 'Forbidden' } } },
  })),
];

const KIOTA_HEADERS = {
  accept: 'application/json',
  'user-agent': 'kiota-typescript/1.0.0-preview.24',
  sdkversion: 'graph-typescript-beta/1.0.0-preview.81, graph-typescript-core/1.0.0-preview.17',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'accept-encoding': 'gzip, deflate',
};
const KIOTA_JSON = { ...KIOTA_HEADERS, ...JSON_TYPE };
const KIOTA_OPTIONS = [
  '$filter=status%20eq%20%27succeeded%27%20and%20operationType%20eq%20%27createChat%27',
  '$orderby=createdDateTime%20desc,id',
  '$search=%22x%22',
  '$select=id,status',
  '$skip=1',
  '$top=2',
].join('&');
const KIOTA_BODY = {
  '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
  attemptsCount: 1,
  error: { '@odata.type': 'microsoft.graph.operationError' },
  lastActionDateTime: '2021-05-27T21:23:45.189Z',
  operationType: 'createChat',
  status: 'inProgress',
  targetResourceId: CHAT_ID,
  targetResourceLocation: `/chats('${CHAT_ID}')`,
};

/** Request builders and serializers of https://github.com/microsoftgraph/msgraph-beta-sdk-typescript 1.0.0-preview.81. */
const KIOTA: readonly DocumentedRequest[] = [
  {
    title: 'creates an operation, properties in the order of the alphabet',
    method: 'POST',
    path: ENCODED,
    headers: KIOTA_JSON,
    body: JSON.stringify(KIOTA_BODY),
    answer: { status: 201, body: { ...KIOTA_BODY, id: expect.any(String), error: { code: null, message: null } } },
  },
  {
    title: 'creates it again when a gateway failed',
    method: 'POST',
    path: ENCODED,
    body: JSON.stringify(KIOTA_BODY),
    headers: { ...KIOTA_JSON, 'retry-attempt': '1', sdkversion: Array(2).fill(KIOTA_HEADERS.sdkversion).join(', ') },
    answer: { status: 201 },
  },
  {
    title: 'writes the null of an enum as text',
    method: 'POST',
    path: ENCODED,
    headers: KIOTA_JSON,
    body: JSON.stringify({ ...KIOTA_BODY, operationType: 'null', status: 'null' }),
    answer: BAD_REQUEST,
    targets: ['operationType', 'status'],
  },
  {
    title: 'writes a number that is none as NaN',
    method: 'POST',
    path: ENCODED,
    headers: KIOTA_JSON,
    body: '{"attemptsCount":NaN}',
    answer: badRequest(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    ),
  },
  {
    title: 'writes a large number with an exponent',
    method: 'POST',
    path: ENCODED,
    headers: KIOTA_JSON,
    body: JSON.stringify(KIOTA_BODY).replace('"attemptsCount":1', '"attemptsCount":1e+21'),
    answer: BAD_REQUEST,
    targets: ['attemptsCount'],
  },
  {
    title: 'patches with dynamic properties before the declared',
    method: 'PATCH',
    path: `${ENCODED}/patched`,
    headers: KIOTA_JSON,
    body: '{"values":"{\\"appIds\\":[\\"1\\"]}","foo":{"bar":1},"operationType":"createTeam"}',
    answer: {
      status: 200,
      body: { values: '{"appIds":["1"]}', foo: { bar: 1 }, operationType: 'createTeam', status: 'succeeded' },
    },
  },
  {
    title: 'lists with every option but $expand',
    path: `${ENCODED_LIST}?$count=true&${KIOTA_OPTIONS}`,
    headers: KIOTA_HEADERS,
    answer: { status: 200, body: { '@odata.count': 4, value: [{ id: 'x-3' }, { id: 'x-2' }] } },
  },
  {
    title: 'lists with every option',
    path: `${ENCODED_LIST}?$count=true&$expand=a&${KIOTA_OPTIONS}`,
    headers: KIOTA_HEADERS,
    answer: BAD_REQUEST,
  },
  {
    title: 'gets an operation, a slash of its id escaped',
    path: `${ENCODED}/2432b57b-0abd%2Fx%20y?$select=id`,
    headers: KIOTA_HEADERS,
    answer: { status: 404, body: { error: { code: 'NotFound' } } },
  },
  {
    title: 'counts',
    path: `${ENCODED_LIST}/$count`,
    headers: { ...KIOTA_HEADERS, accept: 'text/plain;q=0.9' },
    answer: { status: 200, text: '4' },
  },
  {
    title: 'deletes, and asks for no cache',
    method: 'DELETE',
    path: `${ENCODED}/deleted-by-kiota`,
    headers: { ...KIOTA_HEADERS, 'if-match': '*', pragma: 'no-cache', 'cache-control': 'no-cache' },
    answer: { status: 204, text: '' },
  },
  {
    title: 'batches without the headers of its steps', // a fault of msgraph-sdk-core, which Graph rejects too
    method: 'POST',
    path: '/$batch',
    headers: KIOTA_JSON,
    body: `{"requests":[{"id":"1","method":"POST","url":"${ENCODED}","body":"eyJvcGVyYXRpb25UeXBlIjoiY3JlYXRlVGVhbSJ9"}]}`,
    answer: badRequest("Write request with id '1' does not contain a Content-Type header."),
  },
];

const CLASSIC_HEADERS = {
  'client-request-id': '337fa315-709c-e016-2a39-e0c4e05bbf3e',
  sdkversion: 'graph-js/3.0.7 (featureUsage=7)',
  accept: '*/*',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'user-agent': 'node',
  'accept-encoding': 'br, gzip, deflate',
};
const CLASSIC_JSON = { ...CLASSIC_HEADERS, ...JSON_TYPE };
const CLASSIC_BODY = {
  '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
  operationType: 'createChat',
  status: 'inProgress',
  createdDateTime: '2021-05-27T21:23:45.189Z',
  attemptsCount: 1,
  error: null,
};

/** https://github.com/microsoftgraph/msgraph-sdk-javascript 3.0.7: paths and bodies are sent as they are given. */
const CLASSIC: readonly DocumentedRequest[] = [
  {
    title: 'creates an operation without the time of its last action',
    method: 'POST',
    path: RAW,
    headers: CLASSIC_JSON,
    body: JSON.stringify(CLASSIC_BODY),
    answer: BAD_REQUEST,
    targets: ['lastActionDateTime'],
  },
  {
    title: 'creates an operation',
    method: 'POST',
    path: RAW,
    headers: CLASSIC_JSON,
    body: JSON.stringify({ ...CLASSIC_BODY, lastActionDateTime: CLASSIC_BODY.createdDateTime }),
    answer: { status: 201, body: CLASSIC_BODY },
  },
  {
    title: 'posts nothing',
    method: 'POST',
    path: RAW,
    headers: CLASSIC_JSON,
    body: '',
    answer: badRequest('Empty Payload. JSON content expected.'),
  },
  {
    title: 'lists, its options in the order of the calls',
    path: `${RAW_LIST}?$select=id,status&$filter=status%20eq%20'succeeded'&$orderby=createdDateTime%20desc&$top=1&$skip=2&$count=true`,
    headers: CLASSIC_HEADERS,
    answer: { status: 200, body: { '@odata.count': 4, value: [{ id: 'x-2', status: 'succeeded' }] } },
  },
  {
    title: 'names a page that is none with $skipToken',
    path: `${RAW_LIST}?$skipToken=none`,
    headers: CLASSIC_HEADERS,
    answer: BAD_REQUEST,
  },
  {
    title: 'puts an operation',
    method: 'PUT',
    path: `${RAW}/${CREATE_CHAT_OPERATION.id}`,
    headers: CLASSIC_JSON,
    body: '{}',
    answer: { status: 405, body: { error: { code: 'Request_BadRequest' } } },
  },
  {
    title: 'batches URLs that begin with the version',
    method: 'POST',
    path: '/$batch',
    headers: CLASSIC_JSON,
    body: JSON.stringify({
      requests: [
        {
          id: '1',
          method: 'POST',
          url: '/beta/chats/a/operations',
          headers: JSON_TYPE,
          body: { ...CLASSIC_BODY, lastActionDateTime: CLASSIC_BODY.createdDateTime },
        },
      ],
    }),
    answer: { status: 200, body: { responses: [{ id: '1', status: 201, body: CLASSIC_BODY }] } },
  },
];

const AXIOS_HEADERS = {
  accept: 'application/json, text/plain, */*',
  ...JSON_TYPE,
  'user-agent': 'teams.ts[graph]/0.0.0',
};

/** `@microsoft/teams.graph` of https://github.com/microsoft/teams.ts: through axios, the content type on every request. */
const TEAMS: readonly DocumentedRequest[] = [
  {
    title: 'lists, the $ of the options escaped',
    path: `${RAW_LIST}?%24top=2&%24filter=status%20eq%20'succeeded'&%24orderby=id&%24select=id%2Cstatus`,
    headers: AXIOS_HEADERS,
    answer: { status: 200, body: { value: [{ id: 'x-1', status: 'succeeded' }, { id: 'x-2' }] } },
  },
  {
    title: 'gets an operation with a content type',
    path: `${RAW}/${CREATE_CHAT_OPERATION.id}`,
    headers: AXIOS_HEADERS,
    answer: { status: 200, body: CREATE_CHAT_OPERATION },
  },
  {
    title: 'deletes an operation with a content type',
    method: 'DELETE',
    path: `${RAW}/deleted-by-teams`,
    headers: AXIOS_HEADERS,
    answer: { status: 204, text: '' },
  },
];

/** Operations that requests change, by id, in the chat of the documentation. */
export const CHANGED_OPERATIONS = ['patched', 'deleted-by-kiota', 'deleted-by-teams'].map((id) => ({
  ...CREATE_CHAT_OPERATION,
  id,
}));

export const DOCUMENTED_REQUESTS: readonly (readonly [client: string, requests: readonly DocumentedRequest[]])[] = [
  ['documentation', PAGES],
  ['Kiota client', KIOTA],
  ['classic client', CLASSIC],
  ['Teams client', TEAMS],
];
