import { isGuid } from '../../../shared/domain/teams/operations-owner.ts';
import type { Chat } from '../../../shared/domain/teams/team.ts';
import { newChat } from '../../../shared/domain/teams/workspace.ts';
import { guidOf } from '../../../shared/graph-http/guid-of.ts';
import { type FunctionHandler, graphPipeline } from '../../../shared/graph-http/pipeline.ts';
import { readJson } from '../../../shared/graph-http/request/message.ts';
import { type GraphResponse, odataResponse } from '../../../shared/graph-http/response/response.ts';
import { toChatEntity } from '../../../shared/graph-http/response/team-entity.ts';
import { toContentType } from '../../../shared/odata/request-options.ts';
import { type NewChatBody, parseNewChat } from '../../../shared/validation/team-bodies.ts';
import { type StarterDependencies, type StarterRequest, startOperation, withScenario } from '../starter.ts';

/**
 * `POST /chats`: creates a chat at once and answers 201 with it; with an app to install it takes an operation, and the
 * answer is 202.
 */
export function createChatHandler(dependencies: StarterDependencies): FunctionHandler {
  return graphPipeline('CreateChat', (it) => create(withScenario(it, dependencies), dependencies), dependencies);
}

async function create(request: StarterRequest<'chats'>, dependencies: StarterDependencies): Promise<GraphResponse> {
  const given = parseNewChat(await readJson(request.http));
  const chat = toChat(given, dependencies);
  if (given.appIds.length > 0) return startToCreate(request, { chat, given }, dependencies);
  const { now, simulator } = dependencies;
  await simulator.workspace.apply({ kind: 'chat', chat }, now());
  // Two people have one chat: the one that is there is the answer.
  const found = (await simulator.workspace.findChat(chat.id)) ?? chat;
  const { serviceRoot } = request.url;
  const { format } = request;
  return odataResponse(201, toChatEntity(found, { serviceRoot, select: null, format }), {
    location: `${serviceRoot}/chats/${encodeURIComponent(found.id)}`,
    'content-type': toContentType(format),
  });
}

/** The id of such an operation is three GUIDs, and its property `values` names the apps. */
function startToCreate(
  request: StarterRequest<'chats'>,
  { chat, given }: { readonly chat: Chat; readonly given: NewChatBody },
  dependencies: StarterDependencies,
): Promise<GraphResponse> {
  const { newId } = dependencies;
  return startOperation(
    request,
    {
      owner: { set: 'chats', id: chat.id },
      type: 'createChat',
      effect: { kind: 'chat', chat },
      operationId: [newId(), newId(), newId()].join('-'),
      dynamicProperties: { values: JSON.stringify({ appIds: given.appIds }) },
    },
    dependencies,
  );
}

function toChat({ chatType, topic, members }: NewChatBody, dependencies: StarterDependencies): Chat {
  const id = chatType === 'oneOnOne' ? { id: `19:${members.map(toGuid).toSorted().join('_')}@unq.gbl.spaces` } : {};
  return newChat({ ...id, chatType, topic }, dependencies);
}

/** People can be named by their principal names; there is no directory to look them up in, so a hash stands for the id. */
function toGuid(member: string): string {
  return isGuid(member) ? member.toLowerCase() : guidOf(member.toLowerCase());
}
