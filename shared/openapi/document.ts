import type { ApiVersion } from '../graph-http/request/address.ts';
import { documentedParts, type Place, placesOf, type Route, routesOf } from '../graph-http/routes.ts';
import type { QueryOptionName } from '../odata/request-options.ts';
import { type BodyModel, type DocumentedRoute, ENDPOINTS, type ResponseModel } from './endpoints.ts';
import { PARAMETER_EXAMPLES, type PathParameter } from './examples.ts';
import { ERROR_SCHEMA, type Schema, toComponentSchemas } from './schemas.ts';

const TITLE = 'Operations of Microsoft Teams chats and teams';
const ID_HEADERS = ['request-id', 'client-request-id'];
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
  readonly version: ApiVersion;
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
export function toOpenApi(serviceRoot: string, options: DocumentOptions): Schema {
  const { version } = options;
  return {
    openapi: '3.1.0',
    info: { title: TITLE, version, description: `The teamsAsyncOperation of Microsoft Graph, ${version} version.` },
    servers: [{ url: serviceRoot }],
    security: [{ bearer: [] }],
    tags: toTags(options),
    paths: toPaths(options),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: toComponentSchemas(),
      headers: Object.fromEntries(ID_HEADERS.map((name) => [name, toIdHeader()])),
      responses: { error: toErrorResponse() },
    },
  };
}

function documentedPlaces(options: DocumentOptions): readonly Place[] {
  return routesOf(...documentedParts(options)).flatMap((name) => placesOf(name, options.version));
}

/** Each resource once, in the order of the routes. */
function toTags(options: DocumentOptions): readonly Schema[] {
  return [...new Set(documentedPlaces(options).map(resourceOf))].map((name) => ({ name }));
}

function resourceOf({ route: { part, path }, isOfTeams }: Place): string {
  if (part === 'operations') return isOfTeams ? 'Operations of teams' : 'Operations of chats';
  if (part === 'subscriptions') return 'Subscriptions';
  if (part !== 'teams') return 'Service';
  if (path.includes('/channels')) return 'Channels';
  return path.startsWith('chats') ? 'Chats' : 'Teams';
}

function toPaths(options: DocumentOptions): Record<string, Schema> {
  const byPath = Map.groupBy(documentedPlaces(options), ({ route }) => route.path);
  return Object.fromEntries([...byPath].map(([path, ofPath]) => [`/${path}`, toPathItem(ofPath, options.now)]));
}

function toPathItem(places: readonly Place[], now: number): Schema {
  return Object.fromEntries(
    places.flatMap((place) => place.route.methods.map((method) => [method.toLowerCase(), toOperation(place, now)])),
  );
}

function toOperation(place: Place, now: number): Schema {
  const { name, route, isOfTeams } = place;
  const { summary, body, responses } = ENDPOINTS[name as DocumentedRoute]; // documentedParts() has no other
  return {
    operationId: isOfTeams ? `${name}OfTeam` : name,
    tags: [resourceOf(place)],
    summary: isOfTeams ? summary.replace('a chat', 'a team') : summary,
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
    example: PARAMETER_EXAMPLES[parameter as PathParameter], // the table of routes has no other
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
