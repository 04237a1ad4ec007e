import { ThrottledError } from '../errors.ts';

/** `teamVisibilityType` of Microsoft Graph's metadata, in the order of the members' numbers. */
export const TEAM_VISIBILITIES = ['private', 'public', 'hiddenMembership', 'unknownFutureValue'] as const;
export type TeamVisibility = (typeof TEAM_VISIBILITIES)[number];

/** The parts of a team that a clone can have, in the order of their bits: `clonableTeamParts`. */
export const CLONABLE_PARTS = ['apps', 'tabs', 'settings', 'channels', 'members'] as const;
export type ClonablePart = (typeof CLONABLE_PARTS)[number];

/** `chatType` of the metadata, in the order of the members' numbers. */
export const CHAT_TYPES = ['oneOnOne', 'group', 'meeting', 'unknownFutureValue'] as const;
export type ChatType = (typeof CHAT_TYPES)[number];

/** `microsoft.graph.team`, as far as the simulator knows teams. */
export interface Team {
  readonly id: string;
  /** DateTimeOffset in UTC. */
  readonly createdDateTime: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly visibility: TeamVisibility;
  readonly isArchived: boolean;
  /** The first is the team's General. */
  readonly channels: readonly Channel[];
}

export interface Channel {
  readonly id: string;
  readonly createdDateTime: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly isArchived: boolean;
}

/** `microsoft.graph.chat`, likewise. */
export interface Chat {
  readonly id: string;
  readonly createdDateTime: string;
  readonly chatType: ChatType;
  readonly topic: string | null;
}

/** A change of a team at a time, which may be still to come. */
export interface TeamChange {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Absent: as it was. */
  readonly isArchived?: boolean;
  /** One that comes to be, or replaces the one of its id. */
  readonly channel?: Channel;
}

/** A team with its future, as it is kept: reading it at a time needs nobody to have written at that time. */
export interface TeamRecord {
  readonly kind: 'team';
  /** Before `changes`. */
  readonly team: Team;
  /** When it can be read, in milliseconds since the Unix epoch. */
  readonly availableAt: number;
  readonly changes: readonly TeamChange[];
}

export interface ChatRecord {
  readonly kind: 'chat';
  readonly chat: Chat;
  readonly availableAt: number;
}

/** The team as it is at the time; null while it cannot be read. */
export function teamAt({ team, availableAt, changes }: TeamRecord, now: number): Team | null {
  if (now < availableAt) return null;
  return changes
    .filter(({ at }) => at <= now)
    .toSorted((left, right) => left.at - right.at)
    .reduce(applyChange, team);
}

/** What can be still to come of one team at once. Graph takes four requests a second for a team. */
const MAX_PENDING_CHANGES = 100;

/**
 * The record with one more change to come; those of the past become part of the team.
 *
 * @throws ThrottledError there are too many to come
 */
export function withChange(record: TeamRecord, change: TeamChange, now: number): TeamRecord {
  const pending = record.changes.filter(({ at }) => at > now);
  if (pending.length >= MAX_PENDING_CHANGES) throw new ThrottledError(1);
  const past = { ...record, changes: record.changes.filter(({ at }) => at <= now) };
  return { ...record, team: teamAt({ ...past, availableAt: now }, now) ?? record.team, changes: [...pending, change] };
}

function applyChange(team: Team, { isArchived = team.isArchived, channel }: TeamChange): Team {
  return { ...team, isArchived, channels: channel ? withChannel(team.channels, channel) : team.channels };
}

function withChannel(channels: readonly Channel[], channel: Channel): readonly Channel[] {
  const isKnown = channels.some(({ id }) => id === channel.id);
  return isKnown ? channels.map((other) => (other.id === channel.id ? channel : other)) : [...channels, channel];
}

/** Null: the team has none of this id. */
export function channelOf(team: Team, id: string): Channel | null {
  const channel = team.channels.find((candidate) => candidate.id === id);
  return channel ? asOf(team, channel) : null;
}

/** One of its channels as it is in the team: of an archived team all are archived. */
export function asOf({ isArchived }: Team, channel: Channel): Channel {
  return { ...channel, isArchived: channel.isArchived || isArchived };
}
