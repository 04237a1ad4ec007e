import type { HttpRequest } from '@azure/functions';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import type { ResourceKind } from '../../../shared/graph-http/request/address.ts';
import { type Part, type RouteName, routeOf, routesOf } from '../../../shared/graph-http/routes.ts';
import { FILTER_FUNCTIONS } from '../../../shared/odata/filter/operands.ts';
import type { Capabilities } from '../../../shared/odata/metadata/capabilities.ts';
import { type EntitySet, type ServiceModel, toCsdl, toJsonCsdl } from '../../../shared/odata/metadata/csdl.ts';
import { QueryOptionError, shown } from '../../../shared/odata/query-option-error.ts';

const XML = { 'content-type': 'application/xml;charset=utf-8', 'odata-version': '4.0' };
/** CSDL JSON came with OData 4.01. */
const JSON_CSDL = { 'content-type': 'application/json;charset=utf-8', 'odata-version': '4.01' };
const ENTITY_SETS: readonly EntitySet[] = ['chats', 'teams', 'subscriptions'];

export interface MetadataDependencies extends EnvelopeDependencies {
  /** Null: there are no subscriptions. */
  readonly notifications: object | null;
  /** Null: of chats and teams there are only operations. */
  readonly simulator: object | null;
}

/** `GET /$metadata`: the types that are served, as CSDL. Anybody may read it, as in Graph. */
export function metadataHandler(dependencies: MetadataDependencies): FunctionHandler {
  const parts: readonly Part[] = [
    'operations',
    ...(dependencies.notifications ? (['subscriptions'] as const) : []),
    ...(dependencies.simulator ? (['teams'] as const) : []),
  ];
  // Made when they are first asked for: no start waits for them.
  let xml: string | undefined;
  let json: object | undefined;
  return withGraphEnvelope(async (request) => {
    if (wantsJson(request)) {
      json ??= toJsonCsdl(toServiceModel(routesOf(...parts)));
      return { status: 200, headers: JSON_CSDL, body: json };
    }
    xml ??= toCsdl(toServiceModel(routesOf(...parts)));
    return { status: 200, headers: XML, body: xml };
  }, dependencies);
}

/** XML is what a client gets that does not say what it wants, or takes anything. */
function wantsJson({ query, headers }: HttpRequest): boolean {
  const format = query.get('$format') ?? query.get('format');
  if (format === null) {
    const accept = headers.get('accept')?.toLowerCase() ?? '';
    return accept.includes('application/json') && !/\*\/\*|application\/xml|application\/\*/.test(accept);
  }
  const [mediaType = ''] = format.toLowerCase().split(';');
  if (mediaType === 'json' || mediaType === 'application/json') return true;
  if (mediaType === 'xml' || mediaType === 'application/xml') return false;
  throw new QueryOptionError(
    `Invalid value '${shown(format)}' for $format query option found. Valid values are 'xml' and 'json'.`,
  );
}

/** An entity set is where a path begins; a POST to a name below one entity is an action. */
function toServiceModel(names: readonly RouteName[]): ServiceModel {
  const paths = names.map(routeOf).flatMap(({ path, ofTeams }) => (ofTeams ? [path, ofTeams.path] : [path]));
  const posted = names.filter((name) => routeOf(name).methods.includes('POST')).map((name) => routeOf(name).path);
  return {
    entitySets: ENTITY_SETS.filter((set) => paths.some((path) => path.split('/')[0] === set)),
    actions: posted.flatMap(toAction),
    hasTeams: names.includes('GetTeam'),
    capabilities: {
      chats: capabilitiesOf(names, { all: 'chats', one: 'chat' }),
      teams: capabilitiesOf(names, { all: 'teams', one: 'team' }),
      operations: capabilitiesOf(names, { all: 'operations', one: 'operation' }),
      subscriptions: capabilitiesOf(names, { all: 'subscriptions', one: 'subscription' }),
    },
    filterFunctions: FILTER_FUNCTIONS,
  };
}

interface Resources {
  /** A collection, and one member of it. */
  readonly all: ResourceKind;
  readonly one: ResourceKind;
}

function capabilitiesOf(names: readonly RouteName[], { all, one }: Resources): Capabilities {
  const routes = names.map(routeOf);
  const serves = (kind: ResourceKind, method: string) =>
    routes.some(({ resource, methods }) => resource === kind && methods.some((it) => it === method));
  const list = routes.find(({ resource, methods }) => resource === all && methods.includes('GET'));
  const options = list?.options ?? [];
  return {
    readable: serves(all, 'GET'),
    insertable: serves(all, 'POST'),
    updatable: serves(one, 'PATCH'),
    deletable: serves(one, 'DELETE'),
    filterable: options.includes('filter'),
    sortable: options.includes('orderby'),
    searchable: options.includes('search'),
    selectable: options.includes('select'),
    countable: options.includes('count'),
    skippable: options.includes('skip'),
    toppable: options.includes('top'),
  };
}

const BOUND_TO: Readonly<Record<string, string>> = {
  subscriptions: 'subscription',
  teams: 'team',
  channels: 'channel',
};

function toAction(path: string): ServiceModel['actions'] {
  const { set = '', name = '' } = /(?<set>\w+)\/\{\w+\}\/(?<name>\w+)$/.exec(path)?.groups ?? {};
  const boundTo = BOUND_TO[set];
  // Operations are posted to as well, and are a collection.
  return boundTo === undefined || name === 'operations' ? [] : [{ name, boundTo }];
}
