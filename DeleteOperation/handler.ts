import { OperationNotFoundError, PreconditionFailedError } from '../shared/domain/errors.ts';
import type { OperationRepository } from '../shared/domain/operation-repository.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../shared/graph-http/pipeline.ts';
import { type EntityTags, matches, readEntityTags, readOrigin } from '../shared/graph-http/request/message.ts';
import { emptyResponse, type GraphResponse } from '../shared/graph-http/response/response.ts';

export interface DeleteOperationDependencies extends PipelineDependencies {
  readonly repository: Pick<OperationRepository, 'get' | 'delete'>;
}

/** `DELETE /chats/{chatsId}/operations/{operationId}`: answers 204. */
export function deleteOperationHandler(dependencies: DeleteOperationDependencies): FunctionHandler {
  return graphPipeline('DeleteOperation', (request) => remove(request, dependencies), dependencies);
}

async function remove(
  { http, url }: GraphRequest,
  { repository, telemetry }: DeleteOperationDependencies,
): Promise<GraphResponse> {
  const wanted = readEntityTags('If-Match', http.headers.get('if-match'));
  const unwanted = readEntityTags('If-None-Match', http.headers.get('if-none-match'));
  const id = url.operationId ?? '';
  const readCurrent = async () => {
    const stored = await repository.get(url.chatId, id);
    if (!stored) throw new OperationNotFoundError(id);
    return stored.etag;
  };
  if (unwanted && matches(unwanted, await readCurrent())) throw new PreconditionFailedError();
  const etag = await soleEtag(wanted, readCurrent);
  await repository.delete(url.chatId, id, { etag, origin: readOrigin(http.headers, telemetry) });
  return emptyResponse(204);
}

/** The one etag to insist on, null for none. Of several, the store is asked which it has. */
async function soleEtag(wanted: EntityTags | null, readCurrent: () => Promise<string>): Promise<string | null> {
  if (wanted === null || wanted === 'any') return null;
  const [only, ...others] = wanted;
  if (only !== undefined && others.length === 0) return only;
  const current = await readCurrent();
  if (!matches(wanted, current)) throw new PreconditionFailedError();
  return current;
}
