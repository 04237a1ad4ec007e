/** Whose operations they are: a chat's or a team's. */
export interface OperationsOwner {
  readonly set: 'chats' | 'teams';
  readonly id: string;
}

/** No chat has an id that begins with this: `checkParentId()` rejects it. */
export const TEAM_PREFIX = 'teams/';

/**
 * The key under which operations are kept, which ports and items call `chatId`: the id of the chat, or `teams/` and the
 * id of the team (docs/decisions/teams.md).
 */
export function toOwnerKey({ set, id }: OperationsOwner): string {
  return set === 'teams' ? `${TEAM_PREFIX}${toTeamId(id)}` : id;
}

/** @example ownerOf('teams/02bd9fd6') // { set: 'teams', id: '02bd9fd6' } */
export function ownerOf(key: string): OperationsOwner {
  return key.startsWith(TEAM_PREFIX) ? { set: 'teams', id: key.slice(TEAM_PREFIX.length) } : { set: 'chats', id: key };
}

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export function isGuid(id: string): boolean {
  return GUID.test(id);
}

/** Teams have the ids of their groups, GUIDs, whose letters are the same in either case. */
export function toTeamId(given: string): string {
  return isGuid(given) ? given.toLowerCase() : given;
}

/**
 * An id as the key of a path, as Teams writes it into `Location` and `targetResourceLocation`: a quote is doubled, and only
 * what a path cannot hold is encoded.
 *
 * @example toKey('19:x@thread.v2') // "('19:x@thread.v2')"
 */
export function toKey(id: string): string {
  const encoded = encodeURIComponent(id.replaceAll("'", "''"));
  return `('${encoded.replaceAll('%3A', ':').replaceAll('%40', '@')}')`;
}
