import { asOf, type Channel, type Chat, type Team } from '../../domain/teams/team.ts';
import { quoteKey } from '../request/address.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** What a request wants to see. Null: all properties. */
export type Selection = readonly string[] | null;

export function toTeamEntity(team: Team, serviceRoot: string, select: Selection = null): JsonObject {
  const { id, createdDateTime, displayName, description, visibility, isArchived } = team;
  const properties = { id, createdDateTime, displayName, description, visibility, isArchived };
  return { '@odata.context': `${toContext(serviceRoot, 'teams', select)}/$entity`, ...pick(properties, select) };
}

export function toChannelEntity(team: Team, channel: Channel, serviceRoot: string, select: Selection): JsonObject {
  const context = toContext(serviceRoot, channelsOf(team), select);
  return { '@odata.context': `${context}/$entity`, ...pick(toChannelProperties(channel), select) };
}

/** All channels of a team; of an archived team they are archived. */
export function toChannelList(team: Team, serviceRoot: string, select: Selection): JsonObject {
  return {
    '@odata.context': toContext(serviceRoot, channelsOf(team), select),
    '@odata.count': team.channels.length,
    value: team.channels.map((channel) => pick(toChannelProperties(asOf(team, channel)), select)),
  };
}

export function toChatEntity(chat: Chat, serviceRoot: string): JsonObject {
  const { id, topic, createdDateTime, chatType } = chat;
  const properties = { id, topic, createdDateTime, lastUpdatedDateTime: createdDateTime, chatType };
  return { '@odata.context': `${toContext(serviceRoot, 'chats', null)}/$entity`, ...properties };
}

function toChannelProperties({ id, createdDateTime, displayName, description, isArchived }: Channel): JsonObject {
  return { id, createdDateTime, displayName, description, membershipType: 'standard', isArchived };
}

function pick(properties: JsonObject, select: Selection): JsonObject {
  if (!select) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => select.includes(name)));
}

function channelsOf({ id }: Team): string {
  return `teams('${quoteKey(id)}')/channels`;
}

/** Of the whole set; one entity of it has `/$entity` behind. */
function toContext(serviceRoot: string, set: string, select: Selection): string {
  const selected = select ? `(${select.map(encodeURIComponent).join(',')})` : '';
  return `${serviceRoot}/$metadata#${set}${selected}`;
}
