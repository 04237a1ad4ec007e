import type { HttpRequest } from '@azure/functions';
import { OperationsError } from '../../../shared/domain/errors.ts';
import { type RedeliveryDependencies, redeliver } from '../../../shared/domain/notifications/delivery/redeliver.ts';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { type GraphResponse, odataResponse } from '../../../shared/graph-http/response/response.ts';

export type RedeliverDeadLettersDependencies = EnvelopeDependencies & RedeliveryDependencies;

/**
 * `POST /subscriptions/{id}/deadLetters/redeliver`: sends the oldest page of them again, and answers how many were taken,
 * why the rest was not, and whether there are more. For who runs the service.
 */
export function redeliverDeadLettersHandler(dependencies: RedeliverDeadLettersDependencies): FunctionHandler {
  return withGraphEnvelope((request) => answer(request, dependencies), dependencies);
}

async function answer({ params }: HttpRequest, dependencies: RedeliverDeadLettersDependencies): Promise<GraphResponse> {
  const redelivery = await redeliver(params.subscriptionId ?? '', dependencies);
  if (!redelivery)
    throw new OperationsError('NotFound', 'The subscription is gone: there is nobody to send its dead letters to.');
  return odataResponse(200, redelivery);
}
