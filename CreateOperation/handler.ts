import { isDeepStrictEqual } from 'node:util';
import { OperationExistsError } from '../shared/domain/errors.ts';
import type { Creation, OperationRepository, RepeatableRequest } from '../shared/domain/operation-repository.ts';
import { beginScenario } from '../shared/domain/simulator/plan.ts';
import type { Simulator, StartedOperation } from '../shared/domain/simulator/simulator.ts';
import {
  checkNewEnums,
  createOperation,
  type NewOperation,
  type TeamsAsyncOperation,
} from '../shared/domain/teams-async-operation.ts';
import { guidOf } from '../shared/graph-http/guid-of.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../shared/graph-http/pipeline.ts';
import {
  readJson,
  readOrigin,
  readRepeatability,
  readRequestIds,
  toEntityTag,
} from '../shared/graph-http/request/message.ts';
import {
  emptyResponse,
  type GraphResponse,
  odataResponse,
  preferenceApplied,
  toEntity,
  toLocation,
} from '../shared/graph-http/response/response.ts';
import { returnPreference, toContentType } from '../shared/odata/request-options.ts';
import { parseNewOperation } from '../shared/validation/operation-body.ts';

export interface CreateOperationDependencies extends PipelineDependencies {
  readonly repository: Pick<OperationRepository, 'create' | 'get'>;
  /** Null: operations stay as they are created. */
  readonly simulator: Pick<Simulator, 'choose' | 'start'> | null;
}

/** `POST /chats/{chatsId}/operations`: stores a new teamsAsyncOperation and answers 201 with it. */
export function createOperationHandler(dependencies: CreateOperationDependencies): FunctionHandler {
  return graphPipeline('CreateOperation', (request) => create(request, dependencies), dependencies);
}

async function create(request: GraphRequest, dependencies: CreateOperationDependencies): Promise<GraphResponse> {
  const { http, caller, url, enums, preferences } = request;
  const body = await readJson(http);
  const given = parseNewOperation(body);
  checkNewEnums(given, enums);
  const repeatable = readRepeatability(http.headers, { caller, body, now: dependencies.now() });
  const scenario = dependencies.simulator?.choose(preferences.scenario) ?? null;
  const begun = scenario === null ? given : beginScenario(given, dependencies.now());
  const creation = await createRetried({ request, given: begun, body, repeatable }, dependencies);
  if (scenario !== null) {
    const mayBeRepeat = repeatable !== undefined || isRetry(http);
    await dependencies.simulator?.start(toStarted(url.chatId, creation.operation), scenario, { mayBeRepeat });
  }
  return toResponse(request, creation, { scenario, repeated: repeatable !== undefined });
}

function toStarted(chatId: string, { id, operationType }: TeamsAsyncOperation): StartedOperation {
  return { chatId, operationId: id, operationType };
}

interface Applied {
  readonly scenario: string | null;
  readonly repeated: boolean;
}

interface NewRequest {
  readonly request: GraphRequest;
  readonly given: NewOperation;
  /** What `given` was parsed from. */
  readonly body: unknown;
  readonly repeatable: RepeatableRequest | undefined;
}

/**
 * Graph's SDKs send a POST again after 503 and 504, when the first may have been carried out, with `Retry-Attempt` and
 * (the classic one) the same `client-request-id`. The id made from that finds what the first attempt created.
 */
async function createRetried(
  { request, given, body, repeatable }: NewRequest,
  dependencies: CreateOperationDependencies,
): Promise<Creation> {
  const { http, url } = request;
  const retriedId = given.id === undefined ? retryId(request, body) : null;
  const operation = createOperation({ ...given, ...(retriedId !== null && { id: retriedId }) }, dependencies);
  const options = { repeatable, origin: readOrigin(http.headers, dependencies.telemetry) };
  try {
    return await dependencies.repository.create(url.chatId, operation, options);
  } catch (error) {
    if (!(error instanceof OperationExistsError)) throw error;
    const earlier = isRetry(http) ? await dependencies.repository.get(url.chatId, operation.id) : null;
    if (earlier && (retriedId !== null || isCreatedFrom(given, earlier.operation))) return earlier;
    if (retriedId === null) throw error;
    // No retry, and the same client-request-id again: some callers have one for many requests.
    return dependencies.repository.create(url.chatId, createOperation(given, dependencies), options);
  }
}

function isRetry({ headers }: GraphRequest['http']): boolean {
  return headers.get('retry-attempt') !== null;
}

/**
 * An id for what a request creates that is the same when the same caller sends the same request again. Null without a
 * `client-request-id`.
 *
 * @param body parsed
 */
function retryId({ http, url, caller }: GraphRequest, body: unknown): string | null {
  const { clientRequestId } = readRequestIds(http.headers.get('client-request-id'), '');
  if (clientRequestId === '') return null;
  const { tenantId, kind, id } = caller;
  return guidOf(JSON.stringify([tenantId, kind, id, url.chatId, clientRequestId, body]));
}

/** Whether an operation is what creating it from `given` would make, apart from when. */
function isCreatedFrom(given: NewOperation, operation: TeamsAsyncOperation): boolean {
  return isDeepStrictEqual({ ...operation, ...given }, operation);
}

/** 201 with the operation, or 204 for who asked for no more; and where it is from now on. */
function toResponse(
  { url, format, enums, preferences }: GraphRequest,
  { operation, etag }: Creation,
  { scenario, repeated }: Applied,
): GraphResponse {
  const location = toLocation(url, operation.id);
  const headers = {
    location,
    ...(etag !== null && { etag: toEntityTag(etag) }),
    ...preferenceApplied([
      ...returnPreference(preferences),
      ...(scenario !== null && scenario === preferences.scenario ? [`lro-scenario=${scenario}`] : []),
    ]),
    ...(repeated && { 'repeatability-result': 'accepted' }),
  };
  // OData 4.01, part 1, 8.3.4: without a body the header tells which entity it was.
  if (preferences.returnMinimal) return emptyResponse(204, { ...headers, 'odata-entityid': location });
  const entity = toEntity(operation, { enums, select: null, metadata: format.metadata }, url);
  return odataResponse(201, entity, { ...headers, 'content-type': toContentType(format) });
}
