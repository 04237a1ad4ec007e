import { type Attributes, SpanKind } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { BindingInfo } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { routeOf, triggerOf } from '../core/function-trigger.ts';
import type { TracedRequest } from '../invocation/telemetry.ts';

export interface SpanDescription {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** Values of `faas.trigger` (semantic conventions for FaaS spans), by type in lower case; all others are `other`. */
const TRIGGER_KINDS: Readonly<Record<string, string>> = {
  httptrigger: 'http',
  timertrigger: 'timer',
  blobtrigger: 'datasource',
  cosmosdbtrigger: 'datasource',
  sqltrigger: 'datasource',
  mysqltrigger: 'datasource',
  queuetrigger: 'pubsub',
  servicebustrigger: 'pubsub',
  eventhubtrigger: 'pubsub',
  eventgridtrigger: 'pubsub',
  kafkatrigger: 'pubsub',
  rabbitmqtrigger: 'pubsub',
};
/** The methods of RFC 9110 and PATCH: others are `_OTHER`, so that callers cannot create arbitrary span names. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
]);

/** Name, kind and first attributes of a function's span. A manual invocation is described by the function's trigger. */
export function describeSpan(
  fn: RegisteredFunction,
  init: WorkerInit,
  request: TracedRequest | undefined,
): SpanDescription {
  const { name } = fn.metadata;
  const trigger = triggerOf(fn);
  const type = TRIGGER_KINDS[trigger?.type.toLowerCase() ?? ''] ?? 'other';
  const attributes = { 'faas.name': name, 'faas.trigger': type };
  if (!request || !trigger)
    return { name, kind: type === 'pubsub' ? SpanKind.CONSUMER : SpanKind.INTERNAL, attributes };
  const route = routeFor(fn, trigger, init);
  const method = METHODS.has(request.method ?? '') ? request.method : '_OTHER';
  return {
    name: `${method === '_OTHER' ? 'HTTP' : method} ${route}`,
    kind: SpanKind.SERVER,
    attributes: { ...attributes, ...describeRequest(request, init), [ATTR_HTTP_ROUTE]: route },
  };
}

function routeFor(fn: RegisteredFunction, trigger: BindingInfo, { settings }: WorkerInit): string {
  return `/${routeOf(fn, trigger, settings.http.routePrefix)}`;
}

function describeRequest({ method = '', headers, url = '' }: TracedRequest, { publicUrl }: WorkerInit): Attributes {
  const { protocol, hostname, port } = new URL(publicUrl);
  const agent = headers['user-agent'];
  return {
    ...(METHODS.has(method)
      ? { [ATTR_HTTP_REQUEST_METHOD]: method }
      : { [ATTR_HTTP_REQUEST_METHOD]: '_OTHER', [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: method }),
    [ATTR_URL_PATH]: url.split('?', 1)[0] ?? '',
    [ATTR_URL_SCHEME]: protocol.slice(0, -1),
    [ATTR_SERVER_ADDRESS]: hostname,
    ...(port && { [ATTR_SERVER_PORT]: Number(port) }),
    ...(agent && { [ATTR_USER_AGENT_ORIGINAL]: agent }),
  };
}
