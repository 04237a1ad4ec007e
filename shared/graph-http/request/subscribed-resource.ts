import { BadRequestError } from '../../domain/errors.ts';
import { type SubscribedResource, scopeOf } from '../../domain/notifications/subscription.ts';
import { TEAM_PREFIX, toOwnerKey } from '../../domain/teams/operations-owner.ts';
import { PathReader } from './address.ts';

/** Cosmos DB's limit on a partition key value, in UTF-8 bytes: what is watched becomes one. */
const MAX_SCOPE_BYTES = 2_048;

/**
 * What a subscription's `resource` names, with or without a slash before it, in either form of keys.
 *
 * @throws BadRequestError nothing that can be subscribed to
 * @example parseSubscribedResource("/chats('19:x')/operations") // { kind: 'chat', chatId: '19:x' }
 */
export function parseSubscribedResource(resource: string): SubscribedResource {
  const watched = /[?#]/.test(resource) ? null : readPath(resource);
  if (!watched)
    throw new BadRequestError(
      `The resource '${shown(resource)}' cannot be subscribed to. It must be chats/{id}/operations, chats/{id}/operations/{id} or chats/operations, or the same of teams.`,
    );
  if (Buffer.byteLength(scopeOf(watched)) > MAX_SCOPE_BYTES) throw new BadRequestError('The chat id is too long.');
  return watched;
}

function readPath(resource: string): SubscribedResource | null {
  try {
    return readResource(new PathReader(resource));
  } catch {
    return null; // the reader's errors are about URLs of requests
  }
}

function readResource(path: PathReader): SubscribedResource | null {
  const set = path.startsWith('teams') ? 'teams' : 'chats';
  const id = path.key(set);
  if (id?.toLowerCase() === 'operations' && path.isAtEnd())
    return set === 'teams' ? { kind: 'all', set } : { kind: 'all' };
  const operationId = path.key('operations', { optional: true });
  path.end();
  if (!isId(id) || (set === 'chats' && id.startsWith(TEAM_PREFIX))) return null;
  const chatId = toOwnerKey({ set, id });
  if (operationId === null) return { kind: 'chat', chatId };
  // OData keeps names that begin with $ for itself; no operation has one.
  return isId(operationId) && !operationId.startsWith('$') ? { kind: 'operation', chatId, operationId } : null;
}

function isId(id: string | null): id is string {
  return id !== null && id.trim() !== '' && id.isWellFormed();
}

const MAX_SHOWN = 200;

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
