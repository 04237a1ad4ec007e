import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { type Part, type RouteName, routeOf, routesOf } from '../../../shared/graph-http/routes.ts';
import { type EntitySet, type ServiceModel, toCsdl } from '../../../shared/odata/metadata/csdl.ts';

const CSDL_HEADERS = { 'content-type': 'application/xml;charset=utf-8', 'odata-version': '4.0' };
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
  let csdl: string | undefined; // made when it is first asked for: no start waits for it
  return withGraphEnvelope(async () => {
    csdl ??= toCsdl(toServiceModel(routesOf(...parts)));
    return { status: 200, headers: CSDL_HEADERS, body: csdl };
  }, dependencies);
}

/** An entity set is where a path begins; a POST to a name below one entity is an action. */
function toServiceModel(names: readonly RouteName[]): ServiceModel {
  const paths = names.map(routeOf).flatMap(({ path, ofTeams }) => (ofTeams ? [path, ofTeams.path] : [path]));
  const posted = names.filter((name) => routeOf(name).methods.includes('POST')).map((name) => routeOf(name).path);
  return {
    entitySets: ENTITY_SETS.filter((set) => paths.some((path) => path.split('/')[0] === set)),
    actions: posted.flatMap(toAction),
    hasTeams: names.includes('GetTeam'),
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
