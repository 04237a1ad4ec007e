import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { type Authenticator, type Caller, requirePermission } from '../domain/caller.ts';
import { BadRequestError, MethodNotAllowedError, NotImplementedError, OperationsError } from '../domain/errors.ts';
import type { EnumView } from '../domain/teams-async-operation.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import {
  type JsonFormat,
  NO_PREFERENCES,
  type Preferences,
  type QueryOptions,
  readJsonFormat,
  readPreferences,
  readQueryOptions,
} from '../odata/request-options.ts';
import { describeFailure } from './errors/describe-failure.ts';
import { toErrorResponse } from './errors/error-response.ts';
import {
  type Address,
  type AddressOf,
  checkParentId,
  type OperationAddress,
  parseAddress,
  parseTemplate,
  problemOfTarget,
  type ResourceKind,
} from './request/address.ts';
import { checkODataVersions, isRepeatable, type RequestIds, readRequestIds } from './request/message.ts';
import { corsHeaders, type GraphResponse, withPreferenceApplied } from './response/response.ts';
import { methodsOf, type ResourceRouteName, type ROUTES, type Route, type RouteName, routeOf } from './routes.ts';

/** What every function that answers over HTTP needs. */
export interface EnvelopeDependencies {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A GUID in lower case. */
  newId(): string;
  /** Null: nothing is recorded. */
  readonly telemetry: Pick<Telemetry, 'inRequest' | 'traceparent'> | null;
  /** Where this runs, for `x-ms-ags-diagnostic`. */
  readonly server: { readonly dataCenter: string; readonly roleInstance: string };
}

export interface PipelineDependencies extends EnvelopeDependencies {
  readonly authenticator: Authenticator;
  /** Whether evolvable enums follow the guidelines' rules or are shown as stored. */
  readonly evolvableEnums: 'lenient' | 'strict';
}

type Logger = Pick<InvocationContext, 'error' | 'warn'>;
export type FunctionHandler = (request: HttpRequest, context: Logger) => Promise<HttpResponseInit>;

/** A request of a caller who may make it, on a resource that can exist. */
export interface GraphRequest<Kind extends ResourceKind = OperationAddress['kind']> {
  readonly http: HttpRequest;
  readonly caller: Caller;
  readonly url: AddressOf<Kind>;
  readonly options: QueryOptions;
  /** Of the response. */
  readonly format: JsonFormat;
  readonly preferences: Preferences;
  readonly enums: EnumView;
}

type KindOf<Name extends ResourceRouteName> = (typeof ROUTES)[Name]['resource'];

/**
 * The way of a request to a resource, from its first step to its last. Each step rejects a request before the next one
 * sees it: no such resource, not known, not allowed, not understood (docs/architecture.md).
 */
export function graphPipeline<Name extends ResourceRouteName>(
  name: Name,
  handle: (request: GraphRequest<KindOf<Name>>) => Promise<GraphResponse>,
  dependencies: PipelineDependencies,
): FunctionHandler {
  const route = routeOf(name);
  return withGraphEnvelope(async (http) => {
    const address = readAddress(http, route);
    const caller = await authenticate(http, dependencies);
    authorize(caller, accessOf(route, address));
    const url = checkAddress(address, caller);
    const asked = readOptions(http, { route, search: url.search }, dependencies);
    // The route's resource is the address's kind: readAddress() has made sure.
    const response = await handle({ http, caller, url: url as AddressOf<KindOf<Name>>, ...asked });
    return asked.enums === 'included' ? withPreferenceApplied(response, 'include-unknown-enum-members') : response;
  }, dependencies);
}

/**
 * Rejects a request whose URL is not of the path that the host matched, before its handler sees it.
 *
 * @param template of the route, from the host's root
 */
export function withCheckedTarget(
  handler: FunctionHandler,
  template: string,
  dependencies: EnvelopeDependencies,
): FunctionHandler {
  const segments = parseTemplate(template);
  return (request, context) => {
    const problem = problemOfTarget(request, segments);
    if (problem === null) return handler(request, context);
    const reject = withGraphEnvelope(() => Promise.reject(new BadRequestError(problem)), dependencies);
    return reject(request, context);
  };
}

/** What all responses of Graph have: request ids, the common headers, CORS, and every failure as Graph's error body. */
export function withGraphEnvelope(
  respond: (request: HttpRequest) => Promise<GraphResponse>,
  { now, newId, server, telemetry }: EnvelopeDependencies,
): FunctionHandler {
  const commonHeaders = toCommonHeaders(server);
  return async (request, context) => {
    const ids = readRequestIds(request.headers.get('client-request-id'), newId());
    const work = async () => respond(request);
    const response = await (telemetry?.inRequest(ids, work) ?? work()).catch((error: unknown) => {
      logFailure(error, { ids, context });
      return toErrorResponse(error, ids, now());
    });
    return {
      status: response.status,
      headers: {
        ...commonHeaders,
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
        ...corsHeaders(request.headers.get('origin')),
        ...response.headers,
      },
      ...toBody(response.body),
    };
  };
}

/**
 * The options of a request for what is no resource: a document, or a batch.
 *
 * @throws BadRequestError the versions of OData, or an option
 */
export function readDocumentOptions({ url, headers }: HttpRequest, name: RouteName): QueryOptions {
  checkODataVersions(headers);
  return readQueryOptions(new URL(url).search, routeOf(name).options ?? []);
}

function readAddress({ url }: HttpRequest, { resource }: Route): Address {
  const address = parseAddress(url);
  if (address.kind !== resource) throw new MethodNotAllowedError(methodsOf(address.kind));
  return address;
}

function authenticate({ headers }: HttpRequest, { authenticator }: PipelineDependencies): Promise<Caller> {
  return authenticator.authenticate(headers.get('authorization'));
}

function accessOf({ access, ofTeams }: Route, address: Address): Route['access'] {
  return ofTeams && 'set' in address && address.set === 'teams' ? ofTeams.access : access;
}

function authorize(caller: Caller, access: Route['access']): void {
  if (typeof access === 'object') requirePermission(caller, access);
}

/** Ids are looked at only now: who may not call at all learns nothing about them. */
function checkAddress(address: Address, caller: Caller): AddressOf<ResourceKind> {
  if (!('operationId' in address)) return address;
  const checked = checkParentId(address);
  if (checked.owner === 'me' && caller.kind === 'application')
    throw new BadRequestError('/me request is only valid with delegated authentication flow.');
  return checked;
}

const HAVE_PREFERENCES: readonly Route['part'][] = ['operations', 'teams'];

type AskedFor = Pick<GraphRequest, 'options' | 'format' | 'preferences' | 'enums'>;

/** How the response is to be: headers first, then the query. */
function readOptions(
  { headers }: HttpRequest,
  { route, search }: { readonly route: Route; readonly search: string },
  dependencies: PipelineDependencies,
): AskedFor {
  // Azure's API guidelines: a caller who asks to be repeatable must not be let down silently.
  if (route.repeatability === 'rejected' && isRepeatable(headers))
    throw new NotImplementedError('Repeatable requests are not supported for this method.');
  checkODataVersions(headers);
  const preferences = HAVE_PREFERENCES.includes(route.part) ? readPreferences(headers.get('prefer')) : NO_PREFERENCES;
  const options = route.options === null ? {} : readQueryOptions(search, route.options);
  return {
    options,
    preferences,
    format: readJsonFormat(headers.get('accept'), options.format),
    enums: enumView(dependencies, preferences),
  };
}

function enumView({ evolvableEnums }: PipelineDependencies, { includeUnknownEnumMembers }: Preferences): EnumView {
  if (evolvableEnums === 'lenient') return 'asStored';
  return includeUnknownEnumMembers ? 'included' : 'masked';
}

function toBody(body: unknown): { body?: string } {
  if (body === undefined) return {};
  return { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function toCommonHeaders({ dataCenter, roleInstance }: EnvelopeDependencies['server']): Record<string, string> {
  const serverInfo = { DataCenter: dataCenter, RoleInstance: roleInstance };
  return {
    'x-ms-ags-diagnostic': JSON.stringify({ ServerInfo: serverInfo }),
    'cache-control': 'private',
    'odata-version': '4.0',
    'strict-transport-security': 'max-age=31536000',
    // What a caller stored is never taken for a page or a script, whatever it looks like.
    'x-content-type-options': 'nosniff',
    vary: 'Accept-Encoding',
  };
}

/** Logs failures of the service, with their causes; 4xx responses are the caller's problem. */
function logFailure(error: unknown, { ids, context }: { ids: RequestIds; context: Logger }): void {
  const request = `Request ${ids.requestId}, client-request-id ${ids.clientRequestId}`;
  if (!(error instanceof OperationsError)) context.error(`${request} failed unexpectedly: ${describeFailure(error)}`);
  else if (error.code === 'ServiceUnavailable') context.warn(`${request}: ${describeFailure(error)}`);
}
