import type { HttpRequest } from '@azure/functions';
import { OperationsError } from '../../../shared/domain/errors.ts';
import { type RedeliveryPorts, redeliver } from '../../../shared/domain/notifications/delivery/redeliver.ts';
import { type FramePorts, type FunctionHandler, graphFrame } from '../../../shared/graph-http/frame.ts';
import { type GraphAnswer, odataAnswer } from '../../../shared/graph-http/response/response.ts';

export type RedeliverDeadLettersPorts = FramePorts & RedeliveryPorts;

/**
 * `POST /subscriptions/{id}/deadLetters/redeliver`: sends the oldest page of them again, and answers how many were taken,
 * why the rest was not, and whether there are more. For who runs the service.
 */
export function redeliverDeadLettersHandler(ports: RedeliverDeadLettersPorts): FunctionHandler {
  return graphFrame((request) => answer(request, ports), ports);
}

async function answer({ params }: HttpRequest, ports: RedeliverDeadLettersPorts): Promise<GraphAnswer> {
  const redelivery = await redeliver(params.subscriptionId ?? '', ports);
  if (!redelivery)
    throw new OperationsError('NotFound', 'The subscription is gone: there is nobody to send its dead letters to.');
  return odataAnswer(200, redelivery);
}
