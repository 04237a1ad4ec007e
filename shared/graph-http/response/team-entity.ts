import { asOf, type Channel, type Chat, type Team } from '../../domain/teams/team.ts';
import { CHANNEL_TYPE, CHAT_TYPE, TEAM_TYPE } from '../../domain/teams/team-model.ts';
import { type EntityTypeModel, NAMESPACE } from '../../domain/type-model.ts';
import type { JsonFormat } from '../../odata/request-options.ts';
import { quoteKey } from '../request/address.ts';
import { withTypes } from './response.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** How a request wants to see a team, a channel or a chat. */
export interface ResourceView {
  readonly serviceRoot: string;
  /** Null: all properties. */
  readonly select: readonly string[] | null;
  readonly format: JsonFormat;
}

export function toTeamEntity(team: Team, view: ResourceView): JsonObject {
  const { id, createdDateTime, displayName, description, visibility, isArchived } = team;
  const properties = { id, createdDateTime, displayName, description, visibility, isArchived };
  return toEntity(properties, { model: TEAM_TYPE, set: 'teams' }, view);
}

export function toChannelEntity(team: Team, channel: Channel, view: ResourceView): JsonObject {
  return toEntity(toChannelProperties(channel), { model: CHANNEL_TYPE, set: channelsOf(team) }, view);
}

/** All channels of a team; of an archived team they are archived. */
export function toChannelList(team: Team, view: ResourceView): JsonObject {
  const set = channelsOf(team);
  const channels = team.channels.map((channel) => toChannelProperties(asOf(team, channel)));
  return {
    ...toContext(set, view),
    '@odata.count': view.format.ieee754Compatible ? String(channels.length) : channels.length,
    value: channels.map((channel) => toShown(channel, { model: CHANNEL_TYPE, set }, view)),
  };
}

export function toChatEntity(chat: Chat, view: ResourceView): JsonObject {
  const { id, topic, createdDateTime, chatType } = chat;
  const properties = { id, topic, createdDateTime, lastUpdatedDateTime: createdDateTime, chatType };
  return toEntity(properties, { model: CHAT_TYPE, set: 'chats' }, view);
}

function toChannelProperties({ id, createdDateTime, displayName, description, isArchived }: Channel) {
  return { id, createdDateTime, displayName, description, membershipType: 'standard', isArchived };
}

interface Kind {
  readonly model: EntityTypeModel;
  /** The path of all of its kind, below the service root. */
  readonly set: string;
}

type WithId = JsonObject & { readonly id: string };

function toEntity(properties: WithId, kind: Kind, view: ResourceView): JsonObject {
  return { ...toContext(kind.set, view, '/$entity'), ...toShown(properties, kind, view) };
}

/** What was selected, and where all metadata is asked for, what it is and where. */
function toShown(properties: WithId, { model, set }: Kind, { serviceRoot, select, format }: ResourceView): JsonObject {
  const shown = Object.fromEntries(Object.entries(properties).filter(([name]) => select?.includes(name) ?? true));
  if (format.metadata !== 'full') return shown;
  const path = `${set}('${quoteKey(properties.id)}')`;
  return {
    '@odata.type': `#${NAMESPACE}.${model.name}`,
    '@odata.id': `${serviceRoot}/${path}`,
    '@odata.editLink': path,
    ...withTypes(shown, model),
  };
}

function channelsOf({ id }: Team): string {
  return `teams('${quoteKey(id)}')/channels`;
}

function toContext(set: string, { serviceRoot, select, format }: ResourceView, end = ''): JsonObject {
  if (format.metadata === 'none') return {};
  const selected = select ? `(${select.map(encodeURIComponent).join(',')})` : '';
  return { '@odata.context': `${serviceRoot}/$metadata#${set}${selected}${end}` };
}
