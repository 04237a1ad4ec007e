import { ConcurrentUpdateError, OperationNotFoundError, PreconditionFailedError } from '../shared/domain/errors.ts';
import type { OperationRepository, StoredOperation } from '../shared/domain/operation-repository.ts';
import { checkChangedEnums, updateOperation } from '../shared/domain/teams-async-operation.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../shared/graph-http/pipeline.ts';
import {
  type EntityTags,
  matches,
  readEntityTags,
  readJson,
  readOrigin,
  toEntityTag,
} from '../shared/graph-http/request/message.ts';
import {
  emptyResponse,
  type GraphResponse,
  odataResponse,
  preferenceApplied,
  toEntity,
} from '../shared/graph-http/response/response.ts';
import { returnPreference, toContentType } from '../shared/odata/request-options.ts';
import {
  checkFixedProperties,
  type OperationUpdate,
  parseOperationChanges,
} from '../shared/validation/operation-body.ts';

export interface UpdateOperationDependencies extends PipelineDependencies {
  readonly repository: Pick<OperationRepository, 'get' | 'replace'>;
}

/** How often an update that names no version is made anew because another one came in between. */
const MAX_ATTEMPTS = 50;

/** `PATCH /chats/{chatsId}/operations/{operationId}`: changes what the body names and answers 200 with the operation. */
export function updateOperationHandler(dependencies: UpdateOperationDependencies): FunctionHandler {
  return graphPipeline('UpdateOperation', (request) => update(request, dependencies), dependencies);
}

async function update(request: GraphRequest, dependencies: UpdateOperationDependencies): Promise<GraphResponse> {
  const { http, url, format, enums, preferences } = request;
  const wanted = readEntityTags('If-Match', http.headers.get('if-match'));
  const unwanted = readEntityTags('If-None-Match', http.headers.get('if-none-match'));
  const body = parseOperationChanges(await readJson(http));
  const changes = checkChangedEnums(body.changes, enums);
  const { operation, etag } = await write(request, { ...body, changes, wanted, unwanted }, dependencies);
  const headers = { etag: toEntityTag(etag), ...preferenceApplied(returnPreference(preferences)) };
  if (preferences.returnMinimal) return emptyResponse(204, headers);
  const entity = toEntity(operation, { enums, select: null, metadata: format.metadata }, url);
  return odataResponse(200, entity, { ...headers, 'content-type': toContentType(format) });
}

interface Update extends OperationUpdate {
  readonly wanted: EntityTags | null;
  readonly unwanted: EntityTags | null;
}

/**
 * Reads, changes, and writes if nobody wrote in between. A caller who named a version gets 412 when it is gone; for all
 * others the change is made again, on what is there now.
 */
async function write(
  { http, url }: GraphRequest,
  update: Update,
  { repository, now, telemetry }: UpdateOperationDependencies,
): Promise<StoredOperation> {
  const { changes, wanted, unwanted } = update;
  const id = url.operationId ?? '';
  const origin = readOrigin(http.headers, telemetry);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const current = await repository.get(url.chatId, id);
    if (!current) throw new OperationNotFoundError(id);
    if (wanted && !matches(wanted, current.etag)) throw new PreconditionFailedError();
    if (unwanted && matches(unwanted, current.etag)) throw new PreconditionFailedError();
    checkFixedProperties(update, current.operation);
    const changed = updateOperation(current.operation, changes, { now });
    const replaced = await repository.replace(url.chatId, changed, { current, origin });
    if (replaced) return replaced;
  }
  throw new ConcurrentUpdateError('operation');
}
