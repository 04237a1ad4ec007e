import { OperationNotFoundError } from '../shared/domain/errors.ts';
import type { OperationRepository } from '../shared/domain/operation-repository.ts';
import { READ_OPERATIONS } from '../shared/domain/permissions.ts';
import { emptyAnswer, type GraphAnswer, odataAnswer } from '../shared/odata/answer.ts';
import { type EndpointPorts, type GraphRequest, graphEndpoint } from '../shared/odata/endpoint.ts';
import { toEntity } from '../shared/odata/entity.ts';
import { matches, readEntityTags, toEntityTag } from '../shared/odata/entity-tags.ts';
import type { FunctionHandler } from '../shared/odata/frame.ts';
import { toContentType } from '../shared/odata/json-format.ts';
import { parseSelect } from '../shared/odata/select.ts';

export interface GetOperationPorts extends EndpointPorts {
  readonly repository: Pick<OperationRepository, 'get'>;
}

/** `GET /chats/{chatsId}/operations/{operationId}`: answers 200 with the operation, or 304 to who has it already. */
export function getOperationHandler(ports: GetOperationPorts): FunctionHandler {
  return graphEndpoint(
    { resource: 'operation', permissions: READ_OPERATIONS, options: ['format', 'select'] },
    (request) => get(request, ports),
    ports,
  );
}

async function get(
  { http, url, options, format, enums }: GraphRequest,
  { repository }: GetOperationPorts,
): Promise<GraphAnswer> {
  const select = parseSelect(options.select);
  const known = readEntityTags('If-None-Match', http.headers.get('if-none-match'));
  const id = url.operationId ?? '';
  const stored = await repository.get(url.chatId, id);
  if (!stored) throw new OperationNotFoundError(id);
  const etag = toEntityTag(stored.etag);
  if (known && matches(known, stored.etag)) return emptyAnswer(304, { etag });
  const entity = toEntity(stored.operation, { enums, select, metadata: format.metadata }, url);
  return odataAnswer(200, entity, { etag, 'content-type': toContentType(format) });
}
