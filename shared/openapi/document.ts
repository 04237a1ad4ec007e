import { ROUTES, type RouteName, SUBSCRIPTION_ROUTES } from '../graph-http/routes.ts';
import {
  type AnswerModel,
  type BodyModel,
  ENDPOINTS,
  type EndpointModel,
  QUERY_OPTIONS,
  type QueryOption,
} from './endpoints.ts';
import { ERROR_SCHEMA, type Schema, toComponentSchemas } from './schemas.ts';

const TITLE = 'Operations of Microsoft Teams chats';
const ID_HEADERS = ['request-id', 'client-request-id'];

/** What the document is about. */
export interface DocumentParts {
  /** Whether there are any. */
  readonly subscriptions: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * The API as an OpenAPI 3.1 document.
 *
 * @param serviceRoot where it is served: `https://graph.example/beta`
 */
export function toOpenApi(serviceRoot: string, parts: DocumentParts): Schema {
  return {
    openapi: '3.1.0',
    info: { title: TITLE, version: 'beta', description: 'The teamsAsyncOperation of Microsoft Graph, beta version.' },
    servers: [{ url: serviceRoot }],
    security: [{ bearer: [] }],
    paths: toPaths(parts),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: toComponentSchemas(),
      headers: Object.fromEntries(ID_HEADERS.map((name) => [name, toIdHeader()])),
      responses: { error: toErrorResponse() },
    },
  };
}

function toPaths({ subscriptions, now }: DocumentParts): Record<string, Schema> {
  const all = Object.keys(ROUTES) as RouteName[]; // the keys of a constant
  const names = all.filter((name) => subscriptions || !Object.hasOwn(SUBSCRIPTION_ROUTES, name));
  const routes = new Set(names.map((name) => ROUTES[name].route));
  return Object.fromEntries(
    [...routes].map((route) => [
      `/${route}`,
      toPathItem(
        names.filter((name) => ROUTES[name].route === route),
        now,
      ),
    ]),
  );
}

function toPathItem(names: readonly RouteName[], now: number): Schema {
  return Object.fromEntries(
    names.map((name) => [ROUTES[name].method.toLowerCase(), toOperation(name, ENDPOINTS[name], now)]),
  );
}

function toOperation(name: RouteName, endpoint: EndpointModel, now: number): Schema {
  const { summary, body, answers, anonymous } = endpoint;
  return {
    operationId: name,
    summary,
    parameters: toParameters(name, endpoint),
    ...(anonymous && { security: [] }),
    ...(body && { requestBody: toRequestBody(body, now) }),
    responses: {
      ...Object.fromEntries(answers.map((answer) => [answer.status, toResponse(answer)])),
      ...Object.fromEntries(['4XX', '5XX'].map((range) => [range, { $ref: '#/components/responses/error' }])),
    },
  };
}

function toRequestBody({ schema, example }: BodyModel, now: number): Schema {
  return { required: true, content: { 'application/json': { schema, example: example(now) } } };
}

function toParameters(name: RouteName, { queryOptions = [], headers = [] }: EndpointModel): Schema[] {
  const inPath = [...ROUTES[name].route.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inHeader = headers.map((header) => ({ name: header, in: 'header', schema: { type: 'string' } }));
  return [...inPath, ...queryOptions.map(toQueryParameter), ...inHeader];
}

function toQueryParameter(option: QueryOption): Schema {
  return { name: `$${option}`, in: 'query', schema: { type: QUERY_OPTIONS[option] } };
}

function toResponse({ description, mediaType, schema }: AnswerModel): Schema {
  return {
    description,
    headers: Object.fromEntries(ID_HEADERS.map((header) => [header, { $ref: `#/components/headers/${header}` }])),
    ...(mediaType && { content: { [mediaType]: { schema } } }),
  };
}

function toErrorResponse(): Schema {
  return toResponse({
    status: 0,
    description: 'What is wrong, in the form of all of Graph’s errors.',
    mediaType: 'application/json',
    schema: ERROR_SCHEMA,
  });
}

function toIdHeader(): Schema {
  return { required: true, schema: { type: 'string', format: 'uuid' } };
}
