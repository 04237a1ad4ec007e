import type { HttpResponse } from '@lazurite/http';
import { messageOf } from '../../errors.ts';
import { toMetadata } from '../bindings/trigger-metadata.ts';
import type { InvocationOutcome, InvokeTriggered } from '../triggers/trigger.ts';

export interface EventGridDelivery {
  /** The header `aeg-event-type`. */
  readonly eventType: string | undefined;
  /** The query's `functionName`. */
  readonly functionName: string;
  /** One event or an array of them, in the Event Grid or the CloudEvents schema. */
  readonly body: string;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
}

/** Event Grid delivers at most so many at once ("Output batching"). */
const MAX_EVENTS = 5_000;
const BAD_REQUEST: HttpResponse = { status: 400 };

/**
 * Answers `POST /runtime/webhooks/eventgrid?functionName=X` as the Event Grid extension does: validation, notifications
 * (each event is an invocation of its own), end of a subscription.
 *
 * @param invoke undefined when there is no such function with an eventGridTrigger
 */
export async function answerEventGrid(
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

/** The handshake of CloudEvents 1.0 webhooks: `OPTIONS` with the origin that wants to deliver. */
export function answerCloudEventsHandshake(requestOrigin: string | undefined): HttpResponse {
  if (requestOrigin === undefined) return BAD_REQUEST;
  return { status: 200, headers: { 'webhook-allowed-origin': requestOrigin, 'webhook-allowed-rate': '*' } };
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
  return valid ? (events as object[]) : undefined; // each was just seen to be an object
}

function text(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}
