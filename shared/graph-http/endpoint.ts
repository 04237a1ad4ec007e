import type { HttpRequest } from '@azure/functions';
import { type Authenticator, type Caller, type RequiredPermissions, requirePermission } from '../domain/caller.ts';
import { BadRequestError, MethodNotAllowedError, NotImplementedError } from '../domain/errors.ts';
import type { EnumView } from '../domain/evolvable-enums.ts';
import { type QueryOptionName, type QueryOptions, readQueryOptions } from '../odata/query-options/query-options.ts';
import { type FramePorts, type FunctionHandler, graphFrame } from './frame.ts';
import { type JsonFormat, readJsonFormat } from './request/json-format.ts';
import { isRepeatable, type Preferences, preferenceApplied, readPreferences } from './request/request-headers.ts';
import { checkChatId, parseResourceUrl, type ResourceKind, type ResourceUrl } from './request/resource-url.ts';
import type { GraphAnswer } from './response/response.ts';

export interface EndpointPorts extends FramePorts {
  readonly authenticator: Authenticator;
  /** Whether evolvable enums follow the guidelines' rules or are shown as stored. */
  readonly evolvableEnums: 'lenient' | 'strict';
}

/** What an endpoint is, apart from what it does. */
export interface EndpointRules {
  readonly resource: ResourceKind;
  readonly permissions: RequiredPermissions;
  readonly options: readonly QueryOptionName[];
  /** What `Repeatability-…` headers mean here; reads are repeatable by nature. */
  readonly repeatability?: 'refused';
}

/** A request of a caller who may make it, on a resource that there can be. */
export interface GraphRequest {
  readonly http: HttpRequest;
  readonly caller: Caller;
  readonly url: ResourceUrl;
  readonly options: QueryOptions;
  /** Of the answer. */
  readonly format: JsonFormat;
  readonly preferences: Preferences;
  readonly enums: EnumView;
}

/** An operation of the API: who may do it, what the URL must be, and what is done. */
export function graphEndpoint(
  rules: EndpointRules,
  run: (request: GraphRequest) => Promise<GraphAnswer>,
  ports: EndpointPorts,
): FunctionHandler {
  return graphFrame(async (http) => {
    const request = await admit(http, rules, ports);
    const answer = await run(request);
    return request.enums === 'included' ? withPreference(answer, 'include-unknown-enum-members') : answer;
  }, ports);
}

/** The order in which a request is refused: no such resource, not known, not allowed, not understood. */
async function admit(http: HttpRequest, rules: EndpointRules, ports: EndpointPorts): Promise<GraphRequest> {
  const addressed = parseResourceUrl(http.url);
  if (addressed.kind !== rules.resource) throw new MethodNotAllowedError(VERBS[addressed.kind]);
  const caller = await ports.authenticator.authenticate(http.headers.get('authorization'));
  requirePermission(caller, rules.permissions);
  const url = checkChatId(addressed);
  if (url.owner === 'me' && caller.kind === 'application')
    throw new BadRequestError('/me request is only valid with delegated authentication flow.');
  // Azure's API guidelines: who asks to be repeatable must not be let down silently.
  if (rules.repeatability === 'refused' && isRepeatable(http.headers))
    throw new NotImplementedError('Repeatable requests are not supported for this method.');
  const preferences = readPreferences(http.headers.get('prefer'));
  const options = readQueryOptions(url.search, rules.options);
  return {
    ...{ http, caller, url, options, preferences },
    format: readJsonFormat(http.headers.get('accept'), options.format),
    enums: enumView(ports, preferences),
  };
}

/** What each resource can be asked. */
export const VERBS: Readonly<Record<ResourceKind, readonly string[]>> = {
  operations: ['GET', 'POST'],
  count: ['GET'],
  operation: ['GET', 'PATCH', 'DELETE'],
};

function enumView({ evolvableEnums }: EndpointPorts, { includeUnknownEnumMembers }: Preferences): EnumView {
  if (evolvableEnums === 'lenient') return 'asStored';
  return includeUnknownEnumMembers ? 'included' : 'masked';
}

function withPreference(answer: GraphAnswer, preference: string): GraphAnswer {
  const applied = [answer.headers['preference-applied'], preference].filter((name) => name !== undefined);
  return { ...answer, headers: { ...answer.headers, ...preferenceApplied(applied) } };
}
