import type { HttpRequest } from '@azure/functions';
import type { Authenticator } from '../shared/domain/caller.ts';
import type { OperationRepository } from '../shared/domain/operation-repository.ts';
import { requirePermission, WRITE_OPERATIONS } from '../shared/domain/permissions.ts';
import { createOperation } from '../shared/domain/teams-async-operation.ts';
import type { GraphAnswer } from '../shared/odata/answer.ts';
import { type EndpointOptions, type FunctionHandler, graphEndpoint } from '../shared/odata/endpoint.ts';
import { toCreatedAnswer } from '../shared/odata/entity.ts';
import { parseOperationsUrl } from '../shared/odata/operations-url.ts';
import { readJson } from '../shared/odata/request-body.ts';
import { parseNewOperation } from '../shared/validation/new-operation.ts';

export interface CreateOperationPorts extends EndpointOptions {
  readonly authenticator: Authenticator;
  readonly repository: OperationRepository;
}

/** `POST /chats/{chatsId}/operations`: stores a new teamsAsyncOperation and answers 201 with it. */
export function createOperationHandler(ports: CreateOperationPorts): FunctionHandler {
  return graphEndpoint((request) => create(request, ports), ports);
}

async function create(request: HttpRequest, ports: CreateOperationPorts): Promise<GraphAnswer> {
  const caller = await ports.authenticator.authenticate(request.headers.get('authorization'));
  requirePermission(caller, WRITE_OPERATIONS);
  const url = parseOperationsUrl(request.url);
  const operation = createOperation(parseNewOperation(await readJson(request)), ports);
  const stored = await ports.repository.create(url.chatId, operation);
  return toCreatedAnswer(stored, url);
}
