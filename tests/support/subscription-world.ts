import type { GraphDependencies } from '../../shared/composition/create-app.ts';
import { HandshakeLimit } from '../../shared/domain/notifications/handshake-limit.ts';
import type { WebhookOutcome, WebhookRequest } from '../../shared/domain/notifications/webhook.ts';
import { callGraph, graphDependencies, NOW, type TestResponse } from './call-handler.ts';
import { createMemoryChangeLog, type MemoryChangeLog } from './memory-change-log.ts';
import {
  createMemorySubscriptionRepository,
  type MemorySubscriptionRepository,
} from './memory-subscription-repository.ts';

/** The API of subscriptions on memory adapters, and endpoints that answer as a test says. */
export interface SubscriptionWorld {
  readonly subscriptions: MemorySubscriptionRepository;
  readonly log: MemoryChangeLog;
  readonly notifications: NonNullable<GraphDependencies['notifications']>;
  /** What the endpoints were sent. */
  readonly sent: WebhookRequest[];
  /** How they answer; with the token by default. */
  respond: (request: WebhookRequest, token: string) => WebhookOutcome | Promise<WebhookOutcome>;
  /** The time, in milliseconds since the Unix epoch. */
  now: number;
  call(method: string, path: string, body?: unknown, changes?: Partial<GraphDependencies>): Promise<TestResponse>;
}

export const MINUTE_MS = 60_000;

export function inMinutes(minutes: number): string {
  return new Date(NOW + minutes * MINUTE_MS).toISOString();
}

/** A body that is accepted. */
export const WANTED = {
  resource: "chats('19:x@thread.v2')/operations",
  changeType: 'created,updated,deleted',
  notificationUrl: 'https://receiver.example/hook?tenant=a%20b',
  expirationDateTime: inMinutes(60),
  clientState: 'my secret',
};

export function echo(token: string): WebhookOutcome {
  return { kind: 'answered', status: 200, contentType: 'text/plain; charset=utf-8', retryAfterMs: null, body: token };
}

export function newSubscriptionWorld(): SubscriptionWorld {
  const subscriptions = createMemorySubscriptionRepository({ now: () => world.now });
  const log = createMemoryChangeLog();
  const webhooks = {
    post: async (request: WebhookRequest) => {
      world.sent.push(request);
      return world.respond(request, new URL(request.url).searchParams.get('validationToken') ?? '');
    },
  };
  const handshakeLimit = new HandshakeLimit(() => world.now);
  const notifications = {
    subscriptions,
    log,
    webhooks,
    handshakeLimit,
    resourceData: true,
    simulateLifecycle: async () => true,
  };
  const world: SubscriptionWorld = {
    subscriptions,
    log,
    notifications,
    sent: [],
    respond: (_request, token) => echo(token),
    now: NOW,
    call: (method, path, body, changes = {}) =>
      callGraph(
        {
          method,
          path,
          ...(body !== undefined && {
            headers: { 'content-type': 'application/json' },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          }),
        },
        { ...dependencies, ...changes },
      ),
  };
  const dependencies = graphDependencies({ now: () => world.now, notifications });
  return world;
}
