import { UnknownSegmentError } from '../../domain/errors.ts';
import { PathReader } from './path-reader.ts';

/** What a URL addresses: all subscriptions of the caller, one of them, or what is done to one. */
export type SubscriptionResourceKind = 'subscriptions' | 'subscription' | 'reauthorize';

export interface SubscriptionUrl {
  readonly kind: SubscriptionResourceKind;
  /** Decoded; null: all. */
  readonly subscriptionId: string | null;
  /** Scheme, host and version: `https://graph.example/beta`. */
  readonly serviceRoot: string;
}

const ROOT = /^\/beta\/subscriptions(?:[/(]|$)/i;

/** Whether a URL leads to subscriptions at all; where exactly, `parseSubscriptionUrl` tells. */
export function isSubscriptionUrl(url: string): boolean {
  return ROOT.test(new URL(url).pathname);
}

/** @throws UnknownSegmentError there is no such resource */
export function parseSubscriptionUrl(url: string): SubscriptionUrl {
  const { origin, pathname } = new URL(url);
  const path = new PathReader(pathname);
  const version = path.next();
  if (version?.toLowerCase() !== 'beta' || !path.startsWith('subscriptions'))
    throw new UnknownSegmentError(version ?? '');
  const subscriptionId = path.key('subscriptions', { optional: true });
  const kind = readKind(path, subscriptionId);
  path.end();
  return { kind, subscriptionId, serviceRoot: `${origin}/${version}` };
}

function readKind(path: PathReader, subscriptionId: string | null): SubscriptionResourceKind {
  if (subscriptionId === null) return 'subscriptions';
  // OData keeps names that begin with $ for itself.
  if (subscriptionId.startsWith('$')) throw new UnknownSegmentError(subscriptionId);
  // An action, by its short name or its full one.
  return path.accept('reauthorize') || path.accept('microsoft.graph.reauthorize') ? 'reauthorize' : 'subscription';
}

export function toSubscriptionLocation({ serviceRoot }: SubscriptionUrl, id: string): string {
  return `${serviceRoot}/subscriptions/${encodeURIComponent(id)}`;
}
