import { READ_OPERATIONS } from '../shared/domain/caller.ts';
import type { OperationRepository } from '../shared/domain/operation-repository.ts';
import { type EndpointPorts, type GraphRequest, graphEndpoint } from '../shared/graph-http/endpoint.ts';
import type { FunctionHandler } from '../shared/graph-http/frame.ts';
import { type GraphAnswer, textAnswer } from '../shared/graph-http/response/response.ts';
import { parseConditions } from '../shared/odata/query-options/list-options.ts';

export interface CountOperationsPorts extends EndpointPorts {
  readonly repository: Pick<OperationRepository, 'count'>;
}

/** `GET /chats/{chatsId}/operations/$count`: answers 200 with a number, as text. */
export function countOperationsHandler(ports: CountOperationsPorts): FunctionHandler {
  return graphEndpoint(
    { resource: 'count', permissions: READ_OPERATIONS, options: ['filter', 'search'] },
    (request) => count(request, ports),
    ports,
  );
}

async function count(
  { url, options, enums }: GraphRequest,
  { repository }: CountOperationsPorts,
): Promise<GraphAnswer> {
  return textAnswer(String(await repository.count(url.chatId, parseConditions(options, enums))));
}
