import type { HttpRequest } from '@azure/functions';
import { type Authenticator, READ_OPERATIONS, requirePermission } from '../../../shared/domain/caller.ts';
import { OperationsError, UnknownSegmentError } from '../../../shared/domain/errors.ts';
import type { Laboratory } from '../../../shared/domain/simulator/simulator.ts';
import { type FramePorts, type FunctionHandler, graphFrame } from '../../../shared/graph-http/frame.ts';
import { parseChatUrl } from '../../../shared/graph-http/request/chat-url.ts';
import { type GraphAnswer, odataAnswer } from '../../../shared/graph-http/response/response.ts';

export interface GetTargetPorts extends FramePorts {
  readonly authenticator: Authenticator;
  readonly laboratory: Pick<Laboratory, 'hasTarget'>;
}

/** `GET /chats/{chatsId}` in the laboratory: the chat that an operation created, once it is there. */
export function getTargetHandler(ports: GetTargetPorts): FunctionHandler {
  return graphFrame((request) => get(request, ports), ports);
}

async function get({ url, headers }: HttpRequest, { authenticator, laboratory }: GetTargetPorts): Promise<GraphAnswer> {
  const chat = parseChatUrl(url);
  if (!chat) throw new UnknownSegmentError('chats');
  requirePermission(await authenticator.authenticate(headers.get('authorization')), READ_OPERATIONS);
  const { chatId, serviceRoot } = chat;
  if (!(await laboratory.hasTarget(chatId)))
    throw new OperationsError('NotFound', `No chat was found with the id '${chatId}'.`);
  return odataAnswer(200, {
    '@odata.context': `${serviceRoot}/$metadata#chats/$entity`,
    id: chatId,
    chatType: 'group',
  });
}
