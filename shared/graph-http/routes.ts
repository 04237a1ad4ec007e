import { READ_OPERATIONS, type RequiredPermissions, WRITE_OPERATIONS } from '../domain/caller.ts';
import {
  ADD_TEAM_TO_GROUP,
  ARCHIVE_CHANNELS,
  ARCHIVE_TEAMS,
  CLONE_TEAMS,
  CREATE_CHATS,
  CREATE_TEAMS,
  READ_CHANNELS,
  READ_TEAM_OPERATIONS,
  READ_TEAMS,
  WRITE_TEAM_OPERATIONS,
} from '../domain/teams/team-permissions.ts';
import type { EntitySet } from '../odata/metadata/csdl.ts';
import type { QueryOptionName } from '../odata/request-options.ts';
import type { ApiVersion, ResourceKind } from './request/address.ts';

/**
 * One HTTP function, said once: the registration with `app.http()`, the dispatch of other forms of addresses and of
 * `$batch`, `Allow` headers, OpenAPI and CSDL are derived from here.
 */
export interface Route {
  readonly methods: readonly HttpMethod[];
  /** Below the service root, as `app.http()` takes it. Of the catch-all: from the host's root. */
  readonly path: string;
  /**
   * Who may call it: callers with one of the permissions, everybody whose token holds (`anyCaller`), everybody
   * (`public`), or who has a function key of the host (`functionKey`).
   */
  readonly access: RequiredPermissions | 'anyCaller' | 'public' | 'functionKey';
  /** The same function for a team in the place of the chat, by way of the catch-all. */
  readonly ofTeams?: { readonly path: string; readonly access: RequiredPermissions };
  /** What the address leads to; null for what is no resource of Graph. */
  readonly resource: ResourceKind | null;
  /** Without `$`. Null: a query is ignored, for it is no OData. */
  readonly options: readonly QueryOptionName[] | null;
  /** Headers beside those of every request. */
  readonly headers: readonly RequestHeader[];
  /** What the headers `Repeatability-…` mean; reads are repeatable by nature. */
  readonly repeatability: 'supported' | 'rejected' | 'ignored';
  readonly part: Part;
}

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
export type RequestHeader =
  | 'If-Match'
  | 'If-None-Match'
  | 'Prefer'
  | 'Repeatability-Request-ID'
  | 'Repeatability-First-Sent';
/**
 * What a route belongs to: `teams` are there with the simulator, which makes them; `documents` describe the API or carry calls of it; `deadLetters` and `hosting` are
 * for those who run the service and no part of the API.
 */
export type Part = 'operations' | 'subscriptions' | 'documents' | 'teams' | 'simulator' | 'deadLetters' | 'hosting';

const OPERATIONS = 'chats/{chatsId}/operations';
const OPERATION = `${OPERATIONS}/{operationId}`;
const TEAM = 'teams/{teamId}';
const TEAM_OPERATIONS = `${TEAM}/operations`;
const CHANNEL = `${TEAM}/channels/{channelId}`;
const GROUP_TEAM = 'groups/{groupId}/team';
const SUBSCRIPTIONS = 'subscriptions';
const SUBSCRIPTION = `${SUBSCRIPTIONS}/{subscriptionId}`;
const DEAD_LETTERS = `${SUBSCRIPTION}/deadLetters`;

/** Who may read operations may also be notified of their changes, as in Graph. Whose operations: `checkWatcher()`. */
const WATCH_OPERATIONS: RequiredPermissions = {
  delegated: [...READ_OPERATIONS.delegated, ...READ_TEAM_OPERATIONS.delegated],
  application: [...READ_OPERATIONS.application, ...READ_TEAM_OPERATIONS.application],
};

const OF_OPERATIONS = { part: 'operations', headers: [], repeatability: 'ignored' } as const;
const OF_SUBSCRIPTIONS = {
  part: 'subscriptions',
  access: WATCH_OPERATIONS,
  options: [],
  headers: [],
  repeatability: 'rejected',
} as const;
const OF_TEAMS = { part: 'teams', options: [], headers: [], repeatability: 'ignored' } as const;
/** They answer 202, and where the operation is that they start. */
const STARTER = { ...OF_TEAMS, methods: ['POST'], headers: ['Prefer'], repeatability: 'rejected' } as const;
/** These look at no query and name no resource. */
const PLAIN = { resource: null, options: null, headers: [], repeatability: 'ignored' } as const;
/** Of no resource either, and OData all the same. */
const DOCUMENT = { ...PLAIN, part: 'documents', options: [] } as const;

export const ROUTES = {
  ListOperations: {
    ...OF_OPERATIONS,
    methods: ['GET'],
    path: OPERATIONS,
    resource: 'operations',
    access: READ_OPERATIONS,
    ofTeams: { path: TEAM_OPERATIONS, access: READ_TEAM_OPERATIONS },
    options: ['filter', 'orderby', 'search', 'select', 'skiptoken', 'top', 'skip', 'count', 'format'],
    headers: ['Prefer'],
  },
  CreateOperation: {
    ...OF_OPERATIONS,
    methods: ['POST'],
    path: OPERATIONS,
    resource: 'operations',
    access: WRITE_OPERATIONS,
    ofTeams: { path: TEAM_OPERATIONS, access: WRITE_TEAM_OPERATIONS },
    options: ['format'],
    headers: ['Prefer', 'Repeatability-Request-ID', 'Repeatability-First-Sent'],
    repeatability: 'supported',
  },
  CountOperations: {
    ...OF_OPERATIONS,
    methods: ['GET'],
    path: `${OPERATIONS}/$count`,
    resource: 'count',
    access: READ_OPERATIONS,
    ofTeams: { path: `${TEAM_OPERATIONS}/$count`, access: READ_TEAM_OPERATIONS },
    options: ['filter', 'search'],
  },
  GetOperation: {
    ...OF_OPERATIONS,
    methods: ['GET'],
    path: OPERATION,
    resource: 'operation',
    access: READ_OPERATIONS,
    ofTeams: { path: `${TEAM_OPERATIONS}/{operationId}`, access: READ_TEAM_OPERATIONS },
    options: ['select', 'format'],
    headers: ['If-None-Match', 'Prefer'],
  },
  GetProperty: {
    ...OF_OPERATIONS,
    methods: ['GET'],
    path: `${OPERATION}/{property}`,
    resource: 'property',
    access: READ_OPERATIONS,
    ofTeams: { path: `${TEAM_OPERATIONS}/{operationId}/{property}`, access: READ_TEAM_OPERATIONS },
    options: ['format'],
  },
  UpdateOperation: {
    ...OF_OPERATIONS,
    methods: ['PATCH'],
    path: OPERATION,
    resource: 'operation',
    access: WRITE_OPERATIONS,
    ofTeams: { path: `${TEAM_OPERATIONS}/{operationId}`, access: WRITE_TEAM_OPERATIONS },
    options: ['format'],
    headers: ['If-Match', 'If-None-Match', 'Prefer'],
    repeatability: 'rejected',
  },
  DeleteOperation: {
    ...OF_OPERATIONS,
    methods: ['DELETE'],
    path: OPERATION,
    resource: 'operation',
    access: WRITE_OPERATIONS,
    ofTeams: { path: `${TEAM_OPERATIONS}/{operationId}`, access: WRITE_TEAM_OPERATIONS },
    options: [],
    headers: ['If-Match', 'If-None-Match'],
    repeatability: 'rejected',
  },
  ListSubscriptions: {
    ...OF_SUBSCRIPTIONS,
    methods: ['GET'],
    path: SUBSCRIPTIONS,
    resource: 'subscriptions',
    options: ['skiptoken', 'top'],
    repeatability: 'ignored',
  },
  CreateSubscription: { ...OF_SUBSCRIPTIONS, methods: ['POST'], path: SUBSCRIPTIONS, resource: 'subscriptions' },
  GetSubscription: {
    ...OF_SUBSCRIPTIONS,
    methods: ['GET'],
    path: SUBSCRIPTION,
    resource: 'subscription',
    repeatability: 'ignored',
  },
  UpdateSubscription: { ...OF_SUBSCRIPTIONS, methods: ['PATCH'], path: SUBSCRIPTION, resource: 'subscription' },
  DeleteSubscription: { ...OF_SUBSCRIPTIONS, methods: ['DELETE'], path: SUBSCRIPTION, resource: 'subscription' },
  ReauthorizeSubscription: {
    ...OF_SUBSCRIPTIONS,
    methods: ['POST'],
    path: `${SUBSCRIPTION}/reauthorize`,
    resource: 'reauthorize',
  },
  Batch: { ...DOCUMENT, methods: ['POST'], path: '$batch', access: 'anyCaller' },
  ServiceDocument: { ...DOCUMENT, methods: ['GET'], path: '', access: 'public', options: ['format'] },
  Metadata: { ...DOCUMENT, methods: ['GET'], path: '$metadata', access: 'public', options: ['format'] },
  OpenApi: { ...DOCUMENT, methods: ['GET'], path: 'openapi.json', access: 'public' },
  GetTarget: {
    ...OF_TEAMS,
    methods: ['GET'],
    path: 'chats/{chatsId}',
    resource: 'chat',
    access: READ_OPERATIONS,
    options: ['select', 'format'],
  },
  CreateChat: { ...STARTER, path: 'chats', resource: 'chats', access: CREATE_CHATS },
  CreateTeam: { ...STARTER, path: 'teams', resource: 'teams', access: CREATE_TEAMS },
  GetTeam: {
    ...OF_TEAMS,
    methods: ['GET'],
    path: TEAM,
    resource: 'team',
    access: READ_TEAMS,
    options: ['select', 'format'],
  },
  GetGroupTeam: {
    ...OF_TEAMS,
    methods: ['GET'],
    path: GROUP_TEAM,
    resource: 'groupTeam',
    access: READ_TEAMS,
    options: ['select', 'format'],
  },
  AddTeamToGroup: {
    ...OF_TEAMS,
    methods: ['PUT'],
    path: GROUP_TEAM,
    resource: 'groupTeam',
    access: ADD_TEAM_TO_GROUP,
    repeatability: 'rejected',
  },
  CloneTeam: { ...STARTER, path: `${TEAM}/clone`, resource: 'clone', access: CLONE_TEAMS },
  ArchiveTeam: { ...STARTER, path: `${TEAM}/archive`, resource: 'archive', access: ARCHIVE_TEAMS },
  UnarchiveTeam: { ...STARTER, path: `${TEAM}/unarchive`, resource: 'unarchive', access: ARCHIVE_TEAMS },
  ListChannels: {
    ...OF_TEAMS,
    methods: ['GET'],
    path: `${TEAM}/channels`,
    resource: 'channels',
    access: READ_CHANNELS,
    options: ['select', 'format'],
  },
  GetChannel: {
    ...OF_TEAMS,
    methods: ['GET'],
    path: CHANNEL,
    resource: 'channel',
    access: READ_CHANNELS,
    options: ['select', 'format'],
  },
  ArchiveChannel: { ...STARTER, path: `${CHANNEL}/archive`, resource: 'archiveChannel', access: ARCHIVE_CHANNELS },
  UnarchiveChannel: {
    ...STARTER,
    path: `${CHANNEL}/unarchive`,
    resource: 'unarchiveChannel',
    access: ARCHIVE_CHANNELS,
  },
  /** The body names the event: its owner tries the receiver of lifecycle notifications. */
  SimulateLifecycle: {
    ...OF_SUBSCRIPTIONS,
    part: 'simulator',
    methods: ['POST'],
    path: `${SUBSCRIPTION}/simulateLifecycle`,
    resource: 'simulateLifecycle',
  },
  /** Load balancers ask with either method. */
  Health: { ...PLAIN, part: 'hosting', methods: ['GET', 'HEAD'], path: 'health', access: 'public' },
  /** With a key, for every call costs a request unit. */
  HealthReady: { ...PLAIN, part: 'hosting', methods: ['GET', 'HEAD'], path: 'health/ready', access: 'functionKey' },
  /** With a key, for dead letters outlive subscriptions and their owners. */
  ListDeadLetters: { ...PLAIN, part: 'deadLetters', methods: ['GET'], path: DEAD_LETTERS, access: 'functionKey' },
  RedeliverDeadLetters: {
    ...PLAIN,
    part: 'deadLetters',
    methods: ['POST'],
    path: `${DEAD_LETTERS}/redeliver`,
    access: 'functionKey',
  },
  /** The page asks for the token that its requests carry. */
  TryIt: { ...PLAIN, part: 'hosting', methods: ['GET'], path: 'try/{file?}', access: 'public' },
  /** The catch-all: its handlers verify bearer tokens. */
  WildcardRoute: {
    ...PLAIN,
    part: 'hosting',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    path: '{*path}',
    access: 'public',
  },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof ROUTES;
/** Routes that lead to a resource, and so through the pipeline. */
export type ResourceRouteName = {
  [Name in RouteName]: (typeof ROUTES)[Name]['resource'] extends ResourceKind ? Name : never;
}[RouteName];

export const ROUTE_NAMES = Object.keys(ROUTES) as readonly RouteName[]; // the keys of a constant
export const CATCH_ALL = 'WildcardRoute' satisfies RouteName;

export function routeOf(name: RouteName): Route {
  return ROUTES[name];
}

/** The path from the host's root, as `app.http()` takes it. */
export function templateOf(name: RouteName): string {
  const { path } = ROUTES[name];
  if (name === CATCH_ALL) return path;
  return path === '' ? 'beta' : `beta/${path}`;
}

/** A route at one of its addresses. */
export interface Place {
  readonly name: RouteName;
  readonly route: Route;
  /** Whether it is the address below a team of what is also below a chat. */
  readonly isOfTeams: boolean;
}

/** Where a version of the API has the route: nowhere, or below chats, below teams, or both. */
export function placesOf(name: RouteName, version: ApiVersion): readonly Place[] {
  const route = routeOf(name);
  const { ofTeams, part } = route;
  const isHere = version === 'beta' || part === 'teams' || part === 'documents';
  return [
    ...(isHere ? [{ name, route, isOfTeams: false }] : []),
    ...(ofTeams ? [{ name, route: { ...route, ...ofTeams }, isOfTeams: true }] : []),
  ];
}

const ENTITY_SETS: readonly EntitySet[] = ['chats', 'teams', 'subscriptions'];

/** An entity set is where a path begins. */
export function entitySetsOf(places: readonly Place[]): readonly EntitySet[] {
  return ENTITY_SETS.filter((set) => places.some(({ route }) => route.path.split('/')[0] === set));
}

/** The parts that callers of Graph know, as far as they are turned on. */
export function documentedParts(on: { readonly subscriptions: boolean; readonly teams: boolean }): readonly Part[] {
  const subscriptions = on.subscriptions ? (['subscriptions'] as const) : [];
  return ['operations', ...subscriptions, 'documents', ...(on.teams ? (['teams'] as const) : [])];
}

/** The names of the parts' routes, in the order of the table. */
export function routesOf(...parts: readonly Part[]): readonly RouteName[] {
  return ROUTE_NAMES.filter((name) => parts.includes(ROUTES[name].part));
}

/** The methods that a resource knows, as an `Allow` header lists them. */
export function methodsOf(resource: ResourceKind, served: readonly RouteName[] = ROUTE_NAMES): readonly HttpMethod[] {
  return served.filter((name) => ROUTES[name].resource === resource).flatMap((name) => ROUTES[name].methods);
}
