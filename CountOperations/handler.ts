import type { OperationRepository } from '../shared/domain/operation-repository.ts';
import { READ_OPERATIONS } from '../shared/domain/permissions.ts';
import { type GraphAnswer, textAnswer } from '../shared/odata/answer.ts';
import { type EndpointPorts, type GraphRequest, graphEndpoint } from '../shared/odata/endpoint.ts';
import type { FunctionHandler } from '../shared/odata/frame.ts';
import { parseConditions } from '../shared/odata/list-options.ts';

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
