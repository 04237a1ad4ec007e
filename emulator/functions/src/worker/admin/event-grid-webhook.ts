import type { HttpRequest, HttpResponse } from '@lazurite/http';
import { messageOf } from '../../errors.ts';
import { toMetadata } from '../bindings/binding-data.ts';
import { isDisabled, triggerOf } from '../core/function-trigger.ts';
import { type InvocationOutcome, type InvokeTriggered, invokeFromTrigger } from '../invocation/invocation.ts';
import type { AdminDependencies } from './admin-dependencies.ts';

interface EventGridDelivery {
  /** The header `aeg-event-type`. */
  readonly eventType: string | undefined;
  /** The query's `functionName`. */
  readonly functionName: string;
  /** One event or an array of them, in the Event Grid or the CloudEvents schema. */
  readonly body: string;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
}

/** The largest batch of Event Grid ("Output batching"). */
const MAX_EVENTS = 5_000;
const BAD_REQUEST: HttpResponse = { status: 400 };

/** `POST /runtime/webhooks/eventgrid?functionName=X` */
export async function receiveEventGrid(admin: AdminDependencies, request: HttpRequest): Promise<HttpResponse> {
  const functionName = new URLSearchParams(request.query).get('functionName') ?? '';
  const type = request.headers['aeg-event-type'];
  const delivery = {
    eventType: typeof type === 'string' ? type : undefined,
    functionName,
    body: (await request.body()).toString(),
    receivedAt: admin.dependencies.clock.now(),
  };
  return respondToDelivery(delivery, eventGridInvoker(admin, functionName));
}

/** `OPTIONS /runtime/webhooks/eventgrid`: the handshake of CloudEvents 1.0 webhooks. */
export function acceptCloudEvents(request: HttpRequest): HttpResponse {
  const origin = request.headers['webhook-request-origin'];
  if (typeof origin !== 'string') return BAD_REQUEST;
  return { status: 200, headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' } };
}

/** Undefined unless the function exists, is enabled, and has an eventGridTrigger. */
function eventGridInvoker(admin: AdminDependencies, functionName: string): InvokeTriggered | undefined {
  const fn = admin.app.registry.find(functionName);
  const trigger = fn && triggerOf(fn);
  if (!fn || !trigger || trigger.type.toLowerCase() !== 'eventgridtrigger' || isDisabled(fn)) return undefined;
  return invokeFromTrigger(admin, fn, trigger.name);
}

/**
 * Responds as the Event Grid extension does to validations, notifications (each event is an invocation of its own) and
 * the end of a subscription.
 *
 * @param invoke undefined when no enabled function of that name has an eventGridTrigger
 */
async function respondToDelivery(
  delivery: EventGridDelivery,
  invoke: InvokeTriggered | undefined,
): Promise<HttpResponse> {
  if (!invoke) return text(404, `cannot find function: '${delivery.functionName}'`);
  const events = parseEvents(delivery.body);
  switch (delivery.eventType?.toLowerCase()) {
    case 'subscriptionvalidation':
      return validate(events);
    case 'notification':
      return events ? notify(events, invoke, delivery.receivedAt) : BAD_REQUEST;
    case 'unsubscribe':
      return { status: 202 };
    default:
      return BAD_REQUEST;
  }
}

function validate(events: readonly object[] | undefined): HttpResponse {
  const [first] = events ?? [];
  const data: unknown = first && 'data' in first ? first.data : undefined;
  if (typeof data !== 'object' || data === null || !('validationCode' in data)) return BAD_REQUEST;
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ validationResponse: data.validationCode }),
  };
}

async function notify(events: readonly object[], invoke: InvokeTriggered, at: number): Promise<HttpResponse> {
  const reason = `EventGrid trigger fired at ${new Date(at).toISOString()}`;
  const outcomes = await Promise.all(events.map((event) => deliver(event, invoke, reason)));
  const failure = outcomes.find((outcome) => !outcome.succeeded);
  return failure && !failure.succeeded ? text(500, messageOf(failure.error)) : { status: 202 };
}

function deliver(event: object, invoke: InvokeTriggered, reason: string): Promise<InvocationOutcome> {
  const json = JSON.stringify(event);
  return invoke({ input: { json }, metadata: toMetadata({}, json), reason });
}

/** Undefined when the body is neither an object nor an array of at most MAX_EVENTS objects. */
function parseEvents(body: string): readonly object[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  const events: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const valid = events.length <= MAX_EVENTS && events.every((event) => typeof event === 'object' && event !== null);
  return valid ? (events as object[]) : undefined; // the line above has checked each
}

function text(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}
