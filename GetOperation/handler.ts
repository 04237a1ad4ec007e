import { OperationNotFoundError } from '../shared/domain/errors.ts';
import type { OperationRepository } from '../shared/domain/operation-repository.ts';
import type { Simulator } from '../shared/domain/simulator/simulator.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../shared/graph-http/pipeline.ts';
import { type RecentPolls, withPollingAdvice } from '../shared/graph-http/polling-advice.ts';
import { matches, readEntityTags, toEntityTag } from '../shared/graph-http/request/message.ts';
import { emptyResponse, type GraphResponse, odataResponse, toEntity } from '../shared/graph-http/response/response.ts';
import { parseSelect } from '../shared/odata/query-options/list-options.ts';
import { toContentType } from '../shared/odata/request-options.ts';

export interface GetOperationDependencies extends PipelineDependencies {
  readonly repository: Pick<OperationRepository, 'get'>;
  /** Null: operations stay as they are created. */
  readonly simulator: Pick<Simulator, 'refresh'> | null;
  readonly recentPolls: RecentPolls;
}

/** `GET /chats/{chatsId}/operations/{operationId}`: answers 200 with the operation, or 304 to who has it already. */
export function getOperationHandler(dependencies: GetOperationDependencies): FunctionHandler {
  const handler = graphPipeline('GetOperation', (request) => get(request, dependencies), dependencies);
  return dependencies.simulator ? withPollingAdvice(handler, dependencies) : handler;
}

async function get(
  { http, url, options, format, enums }: GraphRequest,
  { repository, simulator }: GetOperationDependencies,
): Promise<GraphResponse> {
  const select = parseSelect(options.select);
  const known = readEntityTags('If-None-Match', http.headers.get('if-none-match'));
  const id = url.operationId ?? '';
  await simulator?.refresh(url.chatId, id); // brings the operation to where its scenario is by now
  const stored = await repository.get(url.chatId, id);
  if (!stored) throw new OperationNotFoundError(id);
  const etag = toEntityTag(stored.etag);
  if (known && matches(known, stored.etag)) return emptyResponse(304, { etag });
  const entity = toEntity(stored.operation, { enums, select, metadata: format.metadata }, url);
  return odataResponse(200, entity, { etag, 'content-type': toContentType(format) });
}
