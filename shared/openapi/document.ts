import { ROUTES, type Route, routeOf } from '../graph-http/routes.ts';
import type { QueryOptionName } from '../odata/request-options.ts';
import { type BodyModel, type DocumentedRoute, ENDPOINTS, type ResponseModel } from './endpoints.ts';
import { ERROR_SCHEMA, type Schema, toComponentSchemas } from './schemas.ts';

const TITLE = 'Operations of Microsoft Teams chats and teams';
const ID_HEADERS = ['request-id', 'client-request-id'];
const DOCUMENTED = Object.keys(ENDPOINTS) as readonly DocumentedRoute[]; // the keys of a constant
const OPTION_TYPES: Readonly<Record<QueryOptionName, 'string' | 'integer' | 'boolean'>> = {
  count: 'boolean',
  filter: 'string',
  format: 'string',
  orderby: 'string',
  search: 'string',
  select: 'string',
  skip: 'integer',
  skiptoken: 'string',
  top: 'integer',
};

/** What the document is about. */
export interface DocumentOptions {
  /** Whether there are any. */
  readonly subscriptions: boolean;
  /** Whether requests start operations on teams: with the simulator. */
  readonly teams: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * The API as an OpenAPI 3.1 document.
 *
 * @param serviceRoot where it is served: `https://graph.example/beta`
 */
export function toOpenApi(serviceRoot: string, parts: DocumentOptions): Schema {
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

function toPaths({ subscriptions, teams, now }: DocumentOptions): Record<string, Schema> {
  const off = [...(subscriptions ? [] : ['subscriptions']), ...(teams ? [] : ['teams'])];
  const places = DOCUMENTED.filter((name) => !off.includes(ROUTES[name].part)).flatMap(placesOf);
  const byPath = Map.groupBy(places, ({ route }) => route.path);
  return Object.fromEntries([...byPath].map(([path, ofPath]) => [`/${path}`, toPathItem(ofPath, now)]));
}

/** A route at one of its addresses. */
interface Place {
  readonly name: DocumentedRoute;
  readonly operationId: string;
  readonly summary: string;
  readonly route: Route;
}

function placesOf(name: DocumentedRoute): readonly Place[] {
  const route = routeOf(name);
  const place = { name, operationId: name, summary: ENDPOINTS[name].summary, route };
  if (!route.ofTeams) return [place];
  const summary = place.summary.replace('a chat', 'a team');
  return [place, { name, operationId: `${name}OfTeam`, summary, route: { ...route, ...route.ofTeams } }];
}

function toPathItem(places: readonly Place[], now: number): Schema {
  return Object.fromEntries(
    places.flatMap((place) => place.route.methods.map((method) => [method.toLowerCase(), toOperation(place, now)])),
  );
}

function toOperation({ name, operationId, summary, route }: Place, now: number): Schema {
  const { body, responses } = ENDPOINTS[name];
  return {
    operationId,
    summary,
    parameters: toParameters(route),
    ...(route.access === 'public' && { security: [] }),
    ...(body && { requestBody: toRequestBody(body, now) }),
    responses: {
      ...Object.fromEntries(responses.map((response) => [response.status, toResponse(response)])),
      ...Object.fromEntries(['4XX', '5XX'].map((range) => [range, { $ref: '#/components/responses/error' }])),
    },
  };
}

function toRequestBody({ schema, example, optional }: BodyModel, now: number): Schema {
  return { required: !optional, content: { 'application/json': { schema, example: example(now) } } };
}

function toParameters({ path, options, headers }: Route): Schema[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inHeader = headers.map((header) => ({ name: header, in: 'header', schema: { type: 'string' } }));
  return [...inPath, ...(options ?? []).map(toQueryParameter), ...inHeader];
}

function toQueryParameter(option: QueryOptionName): Schema {
  return { name: `$${option}`, in: 'query', schema: { type: OPTION_TYPES[option] } };
}

function toResponse({ description, mediaType, schema, otherContent }: ResponseModel): Schema {
  return {
    description,
    headers: Object.fromEntries(ID_HEADERS.map((header) => [header, { $ref: `#/components/headers/${header}` }])),
    ...(mediaType && { content: { [mediaType]: { schema }, ...otherContent } }),
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
