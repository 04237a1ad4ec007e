import type { UnknownSegmentError } from '../../domain/errors.ts';
import { toTeamId } from '../../domain/teams/operations-owner.ts';

export interface CommonAddress {
  /** Scheme, host and version: `https://graph.example/beta`. */
  readonly serviceRoot: string;
  /** As `URL` has it: empty, or with its `?`. */
  readonly search: string;
  /** What an error names where the resource is not served. */
  readonly segment: string;
}

/** The segments of a path that are not read yet, decoded: `PathReader`. */
export interface PathSegments {
  /** Whether a segment of the name, with a key or without, comes next. */
  startsWith(name: string): boolean;
  /** Reads the next segment if it has the name. */
  accept(name: string): boolean;
  key(name: string, options?: { readonly optional: boolean }): string | null;
  isAtEnd(): boolean;
  /** @throws UnknownSegmentError something is left */
  end(): void;
  unknown(): UnknownSegmentError;
  readonly segment: string;
}

type Common = Omit<CommonAddress, 'segment'>;

/** All teams, one of them, its channels, one of those, or an action on a team or a channel. */
export interface TeamAddress extends CommonAddress {
  readonly kind: 'teams' | 'team' | 'groupTeam' | 'channels' | 'channel' | TeamAction | `${ChannelAction}Channel`;
  /** Decoded; empty: all. */
  readonly teamId: string;
  /** Decoded; null unless it is about one channel. */
  readonly channelId: string | null;
}

type TeamAction = (typeof TEAM_ACTIONS)[number];
type ChannelAction = (typeof CHANNEL_ACTIONS)[number];

const TEAM_ACTIONS = ['clone', 'archive', 'unarchive'] as const;
const CHANNEL_ACTIONS = ['archive', 'unarchive'] as const;

/** Operations are what is left of the path: they are read as those of a chat are. */
export interface OperationsOfTeam extends Common {
  readonly owner: '';
  readonly set: 'teams';
  /** Null: not percent-encoded UTF-8. */
  readonly parentId: string | null;
}

/**
 * Reads `teams/{id}` or `groups/{id}/team`, which is the same team, and what is below.
 *
 * @throws UnknownSegmentError there is no such resource
 */
export function readTeam(path: PathSegments, common: Common): TeamAddress | OperationsOfTeam {
  const { segment } = path;
  const isGroup = path.startsWith('groups');
  const given = isGroup ? path.key('groups') : path.key('teams', { optional: true });
  if (isGroup && !path.accept('team')) throw path.unknown();
  if (given?.startsWith('$')) throw path.unknown(); // OData keeps names that begin with $ for itself
  if (path.startsWith('operations')) return { ...common, owner: '', set: 'teams', parentId: given };
  const address = { ...common, segment, teamId: toTeamId(given ?? ''), channelId: null };
  if (path.isAtEnd()) return { ...address, kind: kindAtEnd(given, isGroup) };
  if (path.startsWith('channels')) return readChannel(path, address);
  const kind = readAction(path, TEAM_ACTIONS);
  path.end();
  return { ...address, kind };
}

function kindAtEnd(teamId: string | null, isGroup: boolean): 'teams' | 'team' | 'groupTeam' {
  if (isGroup) return 'groupTeam';
  return teamId === null ? 'teams' : 'team';
}

function readChannel(path: PathSegments, team: Omit<TeamAddress, 'kind'>): TeamAddress {
  const channelId = path.key('channels', { optional: true });
  if (channelId?.startsWith('$')) throw path.unknown();
  if (channelId === null) return { ...team, kind: 'channels' };
  if (path.isAtEnd()) return { ...team, kind: 'channel', channelId };
  const action = readAction(path, CHANNEL_ACTIONS);
  path.end();
  return { ...team, kind: `${action}Channel`, channelId };
}

function readAction<Name extends string>(path: PathSegments, names: readonly Name[]): Name {
  const found = names.find((name) => acceptAction(path, name));
  if (found === undefined) throw path.unknown();
  return found;
}

/** An action has a short name, and full ones with the namespace or its alias. */
export function acceptAction(path: PathSegments, name: string): boolean {
  return [name, `graph.${name}`, `microsoft.graph.${name}`].some((form) => path.accept(form.toLowerCase()));
}
