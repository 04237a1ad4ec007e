import type { HttpRequest } from '@azure/functions';
import { BadRequestError } from '../../../shared/domain/errors.ts';
import type { DeadLetter, DeadLetterStore } from '../../../shared/domain/notifications/dead-letter.ts';
import { type FramePorts, type FunctionHandler, graphFrame } from '../../../shared/graph-http/frame.ts';
import { type GraphAnswer, odataAnswer } from '../../../shared/graph-http/response/response.ts';

export interface ListDeadLettersPorts extends FramePorts {
  readonly deadLetters: Pick<DeadLetterStore, 'list'>;
}

const PAGE_SIZE = 50;
const MAX_FROM_LENGTH = 512;

/** `GET /subscriptions/{id}/deadLetters`: what a subscription was not told of, the oldest first. For who runs the service. */
export function listDeadLettersHandler(ports: ListDeadLettersPorts): FunctionHandler {
  return graphFrame((request) => list(request, ports), ports);
}

async function list(request: HttpRequest, { deadLetters }: ListDeadLettersPorts): Promise<GraphAnswer> {
  const url = new URL(request.url);
  const from = url.searchParams.get('$skiptoken');
  if (from !== null && from.length > MAX_FROM_LENGTH) throw new BadRequestError('The $skiptoken is not valid.');
  const { letters, next } = await deadLetters.list(request.params.subscriptionId ?? '', { limit: PAGE_SIZE, from });
  return odataAnswer(200, {
    value: letters.map(toEntity),
    ...(next !== null && { '@odata.nextLink': `${url.origin}${url.pathname}?$skiptoken=${encodeURIComponent(next)}` }),
  });
}

function toEntity({ change, givenUpDateTime, reason }: DeadLetter) {
  return { givenUpDateTime, reason, change };
}
