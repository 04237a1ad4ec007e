import { OperationNotFoundError } from '../../../shared/domain/errors.ts';
import type { OperationRepository } from '../../../shared/domain/operation-repository.ts';
import type { Simulator } from '../../../shared/domain/simulator/simulator.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import {
  emptyResponse,
  type GraphResponse,
  odataResponse,
  propertyOf,
  textResponse,
  toPropertyEntity,
} from '../../../shared/graph-http/response/response.ts';
import { toContentType } from '../../../shared/odata/request-options.ts';

export interface GetPropertyDependencies extends PipelineDependencies {
  readonly repository: Pick<OperationRepository, 'get'>;
  /** Null: operations stay as they are created. */
  readonly simulator: Pick<Simulator, 'refresh'> | null;
}

/**
 * `GET /chats/{chatsId}/operations/{operationId}/{property}`: answers 200 with a declared property, or 204 where it is null;
 * with `$value` behind it, its value alone as text.
 */
export function getPropertyHandler(dependencies: GetPropertyDependencies): FunctionHandler {
  return graphPipeline('GetProperty', (request) => get(request, dependencies), dependencies);
}

async function get(
  { url, format, enums }: GraphRequest,
  { repository, simulator }: GetPropertyDependencies,
): Promise<GraphResponse> {
  const id = url.operationId ?? '';
  const { path, isRaw } = url.property ?? { path: [], isRaw: false };
  await simulator?.refresh(url.chatId, id);
  const stored = await repository.get(url.chatId, id);
  if (!stored) throw new OperationNotFoundError(id);
  const { metadata } = format;
  const value = propertyOf(stored.operation, { path, enums, metadata });
  if (value === null) return emptyResponse(204);
  if (isRaw) return textResponse(String(value));
  const entity = toPropertyEntity(value, { operationId: stored.operation.id, path, metadata }, url);
  return odataResponse(200, entity, { 'content-type': toContentType(format) });
}
