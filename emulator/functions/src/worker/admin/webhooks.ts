import type { HttpRequest, HttpResponse } from '@lazurite/http';
import { isSwitchedOff, triggerOf } from '../app/function-info.ts';
import type { HttpFront } from '../http/pipeline-dependencies.ts';
import { invokeWith } from '../invocation/invoke-from-trigger.ts';
import type { InvokeTriggered } from '../triggers/trigger.ts';
import { answerCloudEventsHandshake, answerEventGrid } from './event-grid-webhook.ts';

/** `POST /runtime/webhooks/eventgrid?functionName=X` */
export async function receiveEventGrid(front: HttpFront, request: HttpRequest): Promise<HttpResponse> {
  const functionName = new URLSearchParams(request.query).get('functionName') ?? '';
  const type = request.headers['aeg-event-type'];
  const delivery = {
    eventType: typeof type === 'string' ? type : undefined,
    functionName,
    body: (await request.body()).toString(),
    receivedAt: front.parts.clock.now(),
  };
  return answerEventGrid(delivery, invokeOf(front, functionName));
}

/** `OPTIONS /runtime/webhooks/eventgrid` */
export function shakeHandsWithEventGrid(request: HttpRequest): HttpResponse {
  const origin = request.headers['webhook-request-origin'];
  return answerCloudEventsHandshake(typeof origin === 'string' ? origin : undefined);
}

/** Undefined unless the function is there, enabled, and triggered by Event Grid. */
function invokeOf(front: HttpFront, functionName: string): InvokeTriggered | undefined {
  const fn = front.app.registry.find(functionName);
  const trigger = fn && triggerOf(fn);
  if (!fn || !trigger || trigger.type.toLowerCase() !== 'eventgridtrigger' || isSwitchedOff(fn)) return undefined;
  return invokeWith(front, fn, trigger.name);
}
