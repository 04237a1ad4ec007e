import { ConcurrentUpdateError } from '../errors.ts';
import type { OperationType } from '../teams-async-operation.ts';
import { ownerOf, toKey } from './operations-owner.ts';
import {
  type Channel,
  type Chat,
  type ChatRecord,
  type Team,
  type TeamChange,
  type TeamRecord,
  teamAt,
  withChange,
} from './team.ts';

export interface StoredRecord {
  readonly record: TeamRecord | ChatRecord;
  /** Opaque; changes with every write. */
  readonly etag: string;
}

/** Where the teams and chats of the simulator are kept. */
export interface WorkspaceRepository {
  /** Null when there is none. */
  get(key: RecordKey): Promise<StoredRecord | null>;
  /** False: there is one of this id already. */
  add(record: TeamRecord | ChatRecord): Promise<boolean>;
  /** Writes a team over the one of its id. False: it is no longer as it was read, or is gone. */
  replace(record: TeamRecord, etag: string): Promise<boolean>;
}

export interface RecordKey {
  readonly kind: 'team' | 'chat';
  readonly id: string;
}

export function keyOf(record: TeamRecord | ChatRecord): RecordKey {
  return { kind: record.kind, id: record.kind === 'team' ? record.team.id : record.chat.id };
}

/** What an operation does when it succeeds. */
export type Effect =
  | { readonly kind: 'chat'; readonly chat: Chat }
  | { readonly kind: 'team'; readonly team: Team }
  | { readonly kind: 'archive'; readonly team: Team; readonly isArchived: boolean }
  | { readonly kind: 'channel'; readonly team: Team; readonly channel: Channel };

/** What an operation creates or changes, as its properties name it. */
export interface EffectTarget {
  readonly id: string;
  readonly location: string;
}

/** The teams, channels and chats that operations of the simulator create and change. */
export interface Workspace {
  /** Null while it cannot be read. */
  findTeam(id: string): Promise<Team | null>;
  /** Null while it cannot be read. */
  findChat(id: string): Promise<Chat | null>;
  /** Whether there is a team of this id, or is going to be. */
  hasTeam(id: string): Promise<boolean>;
  /**
   * Makes the effect visible from a time on. A team or a chat that is there already stays as it is; a change of a team that
   * nobody created creates it.
   *
   * @param at milliseconds since the Unix epoch
   * @throws ThrottledError too many changes of the team are still to come
   */
  apply(effect: Effect, at: number): Promise<void>;
}

/** How often a write is tried that others come before. */
const MAX_ATTEMPTS = 10;

/** @param now milliseconds since the Unix epoch */
export function createWorkspace(records: WorkspaceRepository, now: () => number): Workspace {
  return {
    findTeam: async (id) => {
      const found = (await records.get({ kind: 'team', id }))?.record;
      return found?.kind === 'team' ? teamAt(found, now()) : null;
    },
    findChat: async (id) => {
      const found = (await records.get({ kind: 'chat', id }))?.record;
      return found?.kind === 'chat' && found.availableAt <= now() ? found.chat : null;
    },
    hasTeam: async (id) => (await records.get({ kind: 'team', id })) !== null,
    apply: async (effect, at) => {
      if (effect.kind === 'chat') await records.add({ kind: 'chat', chat: effect.chat, availableAt: at });
      else await applyToTeam(effect, at, { records, now });
    },
  };
}

async function applyToTeam(
  effect: Exclude<Effect, { kind: 'chat' }>,
  at: number,
  { records, now }: { readonly records: WorkspaceRepository; now(): number },
): Promise<void> {
  const { team } = effect;
  await records.add({ kind: 'team', team, availableAt: at, changes: [] });
  if (effect.kind === 'team') return;
  const change: TeamChange =
    effect.kind === 'archive' ? { at, isArchived: effect.isArchived } : { at, channel: effect.channel };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const stored = await records.get({ kind: 'team', id: team.id });
    if (stored?.record.kind !== 'team') break;
    if (await records.replace(withChange(stored.record, change, now()), stored.etag)) return;
  }
  throw new ConcurrentUpdateError('team');
}

export function targetOf(effect: Effect): EffectTarget {
  if (effect.kind === 'chat') return { id: effect.chat.id, location: `/chats${toKey(effect.chat.id)}` };
  const location = `/teams${toKey(effect.team.id)}`;
  if (effect.kind !== 'channel') return { id: effect.team.id, location };
  return { id: effect.channel.id, location: `${location}/channels${toKey(effect.channel.id)}` };
}

/** Where new ids and times come from. */
export interface ResourceSource {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A GUID in lower case. */
  newId(): string;
}

/**
 * The effect of an operation that says only its type: what that type creates or changes, of the team that the operation
 * is one of, or else of a new one.
 *
 * @param ownerKey under which the operation is kept
 */
export function effectOfType(type: OperationType, ownerKey: string, source: ResourceSource): Effect {
  const owner = ownerOf(ownerKey);
  const own = owner.set === 'teams' ? owner.id : source.newId();
  switch (type) {
    case 'createTeam':
    case 'cloneTeam':
    case 'teamifyGroup':
      return { kind: 'team', team: newTeam({ id: type === 'cloneTeam' ? source.newId() : own }, source) };
    case 'archiveTeam':
    case 'unarchiveTeam':
      return { kind: 'archive', team: newTeam({ id: own }, source), isArchived: type === 'archiveTeam' };
    case 'createChannel':
    case 'archiveChannel':
    case 'unarchiveChannel': {
      const channel = { ...newChannel({ displayName: 'A channel' }, source), isArchived: type === 'archiveChannel' };
      return { kind: 'channel', team: newTeam({ id: own }, source), channel };
    }
    default:
      return { kind: 'chat', chat: newChat({}, source) };
  }
}

/** A team with its General channel; what is not given is as Teams has it. */
export function newTeam(given: Partial<Team>, source: ResourceSource): Team {
  const id = given.id ?? source.newId();
  const general = newChannel({ displayName: 'General' }, source);
  return {
    id,
    createdDateTime: new Date(source.now()).toISOString(),
    displayName: `Team ${id.slice(0, 8)}`,
    description: null,
    visibility: 'public',
    isArchived: false,
    ...given,
    channels: [general, ...(given.channels ?? [])],
  };
}

export function newChannel(given: Partial<Channel> & Pick<Channel, 'displayName'>, source: ResourceSource): Channel {
  return {
    id: `19:${source.newId().replaceAll('-', '')}@thread.tacv2`,
    createdDateTime: new Date(source.now()).toISOString(),
    description: null,
    isArchived: false,
    ...given,
  };
}

/** A group chat, unless more is given. */
export function newChat(given: Partial<Chat>, source: ResourceSource): Chat {
  return {
    id: `19:${source.newId().replaceAll('-', '')}@thread.v2`,
    createdDateTime: new Date(source.now()).toISOString(),
    chatType: 'group',
    topic: null,
    ...given,
  };
}
