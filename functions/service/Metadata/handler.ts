import type { HttpRequest } from '@azure/functions';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  readDocumentOptions,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { type ApiVersion, type ResourceKind, versionOf } from '../../../shared/graph-http/request/address.ts';
import { documentedParts, entitySetsOf, type Place, placesOf, routesOf } from '../../../shared/graph-http/routes.ts';
import { FILTER_FUNCTIONS } from '../../../shared/odata/filter/operands.ts';
import type { Capabilities } from '../../../shared/odata/metadata/capabilities.ts';
import { type ServiceModel, toCsdl, toJsonCsdl } from '../../../shared/odata/metadata/csdl.ts';
import { QueryOptionError, shown } from '../../../shared/odata/query-option-error.ts';

const XML = { 'content-type': 'application/xml;charset=utf-8', 'odata-version': '4.0' };
/** CSDL JSON came with OData 4.01. */
const JSON_CSDL = { 'content-type': 'application/json;charset=utf-8', 'odata-version': '4.01' };

export interface MetadataDependencies extends EnvelopeDependencies {
  /** Null: there are no subscriptions. */
  readonly notifications: object | null;
  /** Null: of chats and teams there are only operations. */
  readonly simulator: object | null;
}

/** `GET /$metadata`: the types that a version serves, as CSDL. Anybody may read it, as in Graph. */
export function metadataHandler(dependencies: MetadataDependencies): FunctionHandler {
  const { notifications, simulator } = dependencies;
  const names = routesOf(...documentedParts({ subscriptions: notifications !== null, teams: simulator !== null }));
  const modelOf = (version: ApiVersion) => toServiceModel(names.flatMap((name) => placesOf(name, version)));
  // Made when they are first asked for: no start waits for them.
  const xml = new Map<ApiVersion, string>();
  const json = new Map<ApiVersion, object>();
  return withGraphEnvelope(async (request) => {
    const version = versionOf(request.url) ?? 'beta';
    if (wantsJson(request))
      return { status: 200, headers: JSON_CSDL, body: getOrMake(json, version, () => toJsonCsdl(modelOf(version))) };
    return { status: 200, headers: XML, body: getOrMake(xml, version, () => toCsdl(modelOf(version))) };
  }, dependencies);
}

function getOrMake<Value>(made: Map<ApiVersion, Value>, version: ApiVersion, make: () => Value): Value {
  const value = made.get(version) ?? make();
  made.set(version, value);
  return value;
}

/**
 * XML is what a client gets that does not say what it wants, takes anything, or takes nothing of OData 4.01, with which CSDL
 * JSON came.
 */
function wantsJson(request: HttpRequest): boolean {
  const { headers } = request;
  const { format } = readDocumentOptions(request, 'Metadata');
  const knowsJson = headers.get('odata-maxversion')?.trim() !== '4.0';
  if (format === undefined) {
    const accept = headers.get('accept')?.toLowerCase() ?? '';
    return knowsJson && accept.includes('application/json') && !/\*\/\*|application\/xml|application\/\*/.test(accept);
  }
  const [mediaType = ''] = format.toLowerCase().split(';');
  if (mediaType === 'xml' || mediaType === 'application/xml') return false;
  if (knowsJson && (mediaType === 'json' || mediaType === 'application/json')) return true;
  throw new QueryOptionError(
    `Invalid value '${shown(format)}' for $format query option found. Valid values are 'xml', and 'json' with an OData-MaxVersion of 4.01 or later.`,
  );
}

/** A POST to a name below one entity is an action. */
function toServiceModel(places: readonly Place[]): ServiceModel {
  const posted = places.filter(({ route }) => route.methods.includes('POST')).map(({ route }) => route.path);
  return {
    entitySets: entitySetsOf(places),
    actions: posted.flatMap(toAction),
    hasTeams: places.some(({ name }) => name === 'GetTeam'),
    hasChatOperations: places.some(({ name, isOfTeams }) => name === 'ListOperations' && !isOfTeams),
    capabilities: {
      chats: capabilitiesOf(places, { all: 'chats', one: 'chat' }),
      teams: capabilitiesOf(places, { all: 'teams', one: 'team' }),
      operations: capabilitiesOf(places, { all: 'operations', one: 'operation' }),
      channels: capabilitiesOf(places, { all: 'channels', one: 'channel' }),
      subscriptions: capabilitiesOf(places, { all: 'subscriptions', one: 'subscription' }),
    },
    filterFunctions: FILTER_FUNCTIONS,
  };
}

interface Resources {
  /** A collection, and one member of it. */
  readonly all: ResourceKind;
  readonly one: ResourceKind;
}

function capabilitiesOf(places: readonly Place[], { all, one }: Resources): Capabilities {
  const routes = places.map(({ route }) => route);
  const serves = (kind: ResourceKind, method: string) =>
    routes.some(({ resource, methods }) => resource === kind && methods.some((it) => it === method));
  const list = routes.find(({ resource, methods }) => resource === all && methods.includes('GET'));
  const options = list?.options ?? [];
  return {
    readable: serves(all, 'GET'),
    readableByKey: serves(one, 'GET'),
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
