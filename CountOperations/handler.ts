import type { OperationRepository } from '../shared/domain/operation-repository.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../shared/graph-http/pipeline.ts';
import { type GraphResponse, textResponse } from '../shared/graph-http/response/response.ts';
import { parseConditions } from '../shared/odata/query-options/list-options.ts';

export interface CountOperationsDependencies extends PipelineDependencies {
  readonly repository: Pick<OperationRepository, 'count'>;
}

/** `GET /chats/{chatsId}/operations/$count`: answers 200 with a number, as text. */
export function countOperationsHandler(dependencies: CountOperationsDependencies): FunctionHandler {
  return graphPipeline('CountOperations', (request) => count(request, dependencies), dependencies);
}

async function count(
  { url, options, enums }: GraphRequest,
  { repository }: CountOperationsDependencies,
): Promise<GraphResponse> {
  return textResponse(String(await repository.count(url.chatId, parseConditions(options, enums))));
}
