import { type Channel, type Chat, channelOf, type Team } from '../../domain/teams/team.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** What a request wants to see. Null: all properties. */
export type Selection = readonly string[] | null;

export function toTeamEntity(team: Team, serviceRoot: string, select: Selection = null): JsonObject {
  const { id, createdDateTime, displayName, description, visibility, isArchived } = team;
  const properties = { id, createdDateTime, displayName, description, visibility, isArchived };
  return { '@odata.context': toContext(serviceRoot, 'teams', select), ...pick(properties, select) };
}

export function toChannelEntity(team: Team, channel: Channel, serviceRoot: string, select: Selection): JsonObject {
  const set = `teams('${encodeURIComponent(team.id)}')/channels`;
  return { '@odata.context': toContext(serviceRoot, set, select), ...pick(toChannelProperties(channel), select) };
}

/** All channels of a team; of an archived team they are archived. */
export function toChannelList(team: Team, serviceRoot: string, select: Selection): JsonObject {
  const channels = team.channels.flatMap(({ id }) => channelOf(team, id) ?? []);
  const selected = select ? `(${select.map(encodeURIComponent).join(',')})` : '';
  return {
    '@odata.context': `${serviceRoot}/$metadata#teams('${encodeURIComponent(team.id)}')/channels${selected}`,
    '@odata.count': channels.length,
    value: channels.map((channel) => pick(toChannelProperties(channel), select)),
  };
}

export function toChatEntity(chat: Chat, serviceRoot: string): JsonObject {
  const { id, topic, createdDateTime, chatType } = chat;
  const properties = { id, topic, createdDateTime, lastUpdatedDateTime: createdDateTime, chatType };
  return { '@odata.context': toContext(serviceRoot, 'chats', null), ...properties };
}

function toChannelProperties({ id, createdDateTime, displayName, description, isArchived }: Channel): JsonObject {
  return { id, createdDateTime, displayName, description, membershipType: 'standard', isArchived };
}

function pick(properties: JsonObject, select: Selection): JsonObject {
  if (!select) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => select.includes(name)));
}

function toContext(serviceRoot: string, set: string, select: Selection): string {
  const selected = select ? `(${select.map(encodeURIComponent).join(',')})` : '';
  return `${serviceRoot}/$metadata#${set}${selected}/$entity`;
}
