import { OperationsError } from '../../../shared/domain/errors.ts';
import type { Simulator } from '../../../shared/domain/simulator/simulator.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import { type GraphResponse, odataResponse } from '../../../shared/graph-http/response/response.ts';
import { toChatEntity } from '../../../shared/graph-http/response/team-entity.ts';
import { parseSelect } from '../../../shared/odata/query-options/list-options.ts';
import { toContentType } from '../../../shared/odata/request-options.ts';

export interface GetTargetDependencies extends PipelineDependencies {
  readonly simulator: Pick<Simulator, 'workspace'>;
}

/** `GET /chats/{chatId}` in the simulator: the chat that an operation created, once it is there. */
export function getTargetHandler(dependencies: GetTargetDependencies): FunctionHandler {
  return graphPipeline('GetTarget', (request) => get(request, dependencies), dependencies);
}

async function get(
  { url, options, format }: GraphRequest<'chat'>,
  { simulator }: GetTargetDependencies,
): Promise<GraphResponse> {
  const { chatId, serviceRoot } = url;
  const select = parseSelect(options.select);
  const chat = await simulator.workspace.findChat(chatId);
  if (!chat) throw new OperationsError('NotFound', `No chat was found with the id '${chatId}'.`);
  return odataResponse(200, toChatEntity(chat, { serviceRoot, select, format }), {
    'content-type': toContentType(format),
  });
}
