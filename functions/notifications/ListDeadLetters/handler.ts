import type { HttpRequest } from '@azure/functions';
import { BadRequestError } from '../../../shared/domain/errors.ts';
import type { DeadLetter, DeadLetterStore } from '../../../shared/domain/notifications/dead-letter.ts';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { type GraphResponse, odataResponse } from '../../../shared/graph-http/response/response.ts';

export interface ListDeadLettersDependencies extends EnvelopeDependencies {
  readonly deadLetters: Pick<DeadLetterStore, 'list'>;
}

const PAGE_SIZE = 50;
const MAX_FROM_LENGTH = 512;

/** `GET /subscriptions/{id}/deadLetters`: the changes that a subscription was not notified of, the oldest first. For who runs the service. */
export function listDeadLettersHandler(dependencies: ListDeadLettersDependencies): FunctionHandler {
  return withGraphEnvelope((request) => list(request, dependencies), dependencies);
}

async function list(request: HttpRequest, { deadLetters }: ListDeadLettersDependencies): Promise<GraphResponse> {
  const url = new URL(request.url);
  const from = url.searchParams.get('$skiptoken');
  if (from !== null && from.length > MAX_FROM_LENGTH) throw new BadRequestError('The $skiptoken is not valid.');
  const { letters, next } = await deadLetters.list(request.params.subscriptionId ?? '', { limit: PAGE_SIZE, from });
  return odataResponse(200, {
    value: letters.map(toEntity),
    ...(next !== null && { '@odata.nextLink': `${url.origin}${url.pathname}?$skiptoken=${encodeURIComponent(next)}` }),
  });
}

function toEntity({ change, givenUpDateTime, reason }: DeadLetter) {
  return { givenUpDateTime, reason, change };
}
