import Joi, { type ValidationErrorItem } from 'joi';
import { BadRequestError, type ErrorDetail, ValidationError } from '../domain/errors.ts';
import {
  type ChatType,
  CLONABLE_PARTS,
  type ClonablePart,
  TEAM_VISIBILITIES,
  type TeamVisibility,
} from '../domain/teams/team.ts';
import { dateTimeOffsetRule, isNamed, isObject } from './operation-body.ts';

/** What `POST /teams` and `PUT /groups/{id}/team` ask for. */
export interface NewTeamBody {
  /** Of the group that becomes a team; null: none. */
  readonly groupId: string | null;
  readonly displayName?: string;
  readonly description?: string | null;
  readonly visibility?: TeamVisibility;
  readonly channels: readonly { readonly displayName: string; readonly description: string | null }[];
  readonly hasOwner: boolean;
  /** DateTimeOffset in UTC; of teams whose messages come from elsewhere. */
  readonly createdDateTime?: string;
}

export interface CloneBody {
  readonly displayName: string;
  readonly description: string;
  /** Absent: that of the team which is cloned. */
  readonly visibility?: TeamVisibility;
  readonly parts: readonly ClonablePart[];
}

export interface NewChatBody {
  readonly chatType: ChatType;
  readonly topic: string | null;
  /** Ids or principal names, as they were given. */
  readonly members: readonly string[];
  readonly appIds: readonly string[];
}

/** As joi leaves it; so are the others. */
interface GivenMember {
  readonly roles: readonly string[];
  readonly 'user@odata.bind'?: string;
  readonly userId?: string;
}

interface GivenTeam {
  readonly displayName?: string;
  readonly description?: string | null;
  readonly visibility?: TeamVisibility;
  readonly channels: NewTeamBody['channels'];
  readonly members: readonly GivenMember[];
  readonly specialization?: string;
  readonly createdDateTime?: string;
  readonly '@microsoft.graph.teamCreationMode'?: 'migration';
  readonly 'template@odata.bind'?: string;
  readonly 'group@odata.bind'?: string;
}

interface GivenClone {
  readonly displayName: string;
  readonly description?: string | null;
  readonly classification?: string | null;
  readonly mailNickname?: string | null;
  readonly partsToClone: readonly ClonablePart[];
  readonly visibility?: TeamVisibility | null;
}

interface GivenArchive {
  readonly shouldSetSpoSiteReadOnlyForMembers?: boolean | null;
}

interface GivenChat {
  readonly chatType: 'oneOnOne' | 'group';
  readonly topic: string | null;
  readonly members: readonly GivenMember[];
  readonly installedApps: readonly { readonly 'teamsApp@odata.bind': string }[];
}

const MAX_ITEMS = 200;
const NAME = Joi.string().trim().min(1).max(256);
const DESCRIPTION = Joi.string().max(1_024).allow('', null);
const TEMPLATE = /\/teamsTemplates(?:\('[^']+'\)|\/[^/']+)$/;
const GROUP = /\/groups(?:\('(?<quoted>[^'/]+)'\)|\/(?<plain>[^/']+))$/;
const USER = /\/users(?:\('(?<quoted>[^'/]+)'\)|\/(?<plain>[^/']+))$/;
const APP = /\/teamsApps(?:\('(?<quoted>[^'/]+)'\)|\/(?<plain>[^/']+))$/;

const member = Joi.object({
  roles: Joi.array().items(Joi.string().max(64)).max(8).default([]),
  'user@odata.bind': Joi.string().max(1_024).pattern(USER),
  userId: Joi.string().max(255),
})
  .or('user@odata.bind', 'userId', { separator: false })
  .unknown();
const channel = Joi.object({ displayName: NAME.max(50).required(), description: DESCRIPTION.default(null) }).unknown();
const visibility = Joi.string().custom(toMember(TEAM_VISIBILITIES.slice(0, -1)));

const TEAM = {
  displayName: NAME,
  description: DESCRIPTION,
  visibility,
  channels: Joi.array().items(channel).max(MAX_ITEMS).default([]),
  members: Joi.array().items(member).max(MAX_ITEMS).default([]),
  specialization: Joi.string().max(64),
  createdDateTime: dateTimeOffsetRule.schema,
  '@microsoft.graph.teamCreationMode': Joi.valid('migration'),
  'template@odata.bind': Joi.string().max(1_024).pattern(TEMPLATE),
  'group@odata.bind': Joi.string().max(1_024).pattern(GROUP),
};
const NEW_TEAM = toBody<GivenTeam>({
  name: 'team',
  properties: { ...TEAM, 'template@odata.bind': TEAM['template@odata.bind'].required() },
});
const GROUP_TEAM = toBody<GivenTeam>({ name: 'team', properties: TEAM });
const CLONE = toBody<GivenClone>({
  name: 'clone',
  closed: true,
  properties: {
    displayName: NAME.required(),
    description: DESCRIPTION,
    classification: Joi.string().max(256).allow('', null),
    mailNickname: Joi.string().max(256).allow('', null), // Graph ignores it, and clients send the name for it
    partsToClone: Joi.string().max(256).custom(toParts).required(),
    visibility: visibility.allow(null),
  },
});
const ARCHIVE = toBody<GivenArchive>({
  name: 'archive',
  closed: true,
  properties: { shouldSetSpoSiteReadOnlyForMembers: Joi.boolean().allow(null) },
});
const UNARCHIVE = toBody<object>({ name: 'unarchive', closed: true, properties: {} });
const CHAT = toBody<GivenChat>({
  name: 'chat',
  properties: {
    chatType: Joi.valid('oneOnOne', 'group').required(),
    topic: Joi.string().max(250).allow(null).default(null),
    members: Joi.array().items(member).min(1).max(MAX_ITEMS).required(),
    installedApps: Joi.array()
      .items(Joi.object({ 'teamsApp@odata.bind': Joi.string().max(1_024).pattern(APP).required() }).unknown())
      .max(1)
      .default([]),
  },
});

/** What a value must be, by the path without indexes: the second half of the message about it. */
const EXPECTED: Readonly<Record<string, string>> = {
  displayName: 'a string of 1 to 256 characters',
  description: 'a string of up to 1024 characters',
  visibility: `one of ${TEAM_VISIBILITIES.slice(0, -1).join(', ')}`,
  channels: `a list of up to ${MAX_ITEMS} channels`,
  'channels/displayName': 'a string of 1 to 50 characters',
  'channels/description': 'a string of up to 1024 characters',
  members: `a list of 1 to ${MAX_ITEMS} members, each with user@odata.bind or userId`,
  'members/user@odata.bind': "the URL of a user, such as https://graph.microsoft.com/v1.0/users('{id}')",
  'members/userId': 'the id of a user',
  'members/roles': 'a list of roles',
  specialization: 'the name of a specialization',
  createdDateTime: dateTimeOffsetRule.expected,
  '@microsoft.graph.teamCreationMode': 'migration',
  'template@odata.bind': "the URL of a template, such as https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
  'group@odata.bind': "the URL of a group, such as https://graph.microsoft.com/v1.0/groups('{id}')",
  classification: 'a string of up to 256 characters',
  mailNickname: 'a string of up to 256 characters',
  partsToClone: `a comma-separated list of ${CLONABLE_PARTS.join(', ')}`,
  shouldSetSpoSiteReadOnlyForMembers: 'true or false',
  chatType: 'oneOnOne or group',
  topic: 'a string of up to 250 characters or null',
  installedApps: 'a list of at most one app',
  'installedApps/teamsApp@odata.bind':
    "the URL of an app, such as https://graph.microsoft.com/v1.0/appCatalogs/teamsApps('{id}')",
};

/**
 * @param now milliseconds since the Unix epoch
 * @throws ValidationError with one detail for everything that is wrong
 * @throws BadRequestError properties that exclude each other
 */
export function parseNewTeam(body: unknown, now: number): NewTeamBody {
  const given = readBody(body, NEW_TEAM);
  const groupId = idIn(GROUP, given['group@odata.bind']);
  if (groupId === null && given.displayName === undefined) throw new ValidationError([required('displayName', 'team')]);
  return toNewTeam(given, groupId, now);
}

/** As `parseNewTeam()`, for a team whose group the URL names. */
export function parseGroupTeam(body: unknown, groupId: string, now: number): NewTeamBody {
  const { members: _members, ...given } = readBody(body, GROUP_TEAM);
  return toNewTeam({ ...given, members: [] }, groupId, now);
}

function toNewTeam(given: GivenTeam, groupId: string | null, now: number): NewTeamBody {
  const { displayName, description, visibility: shown, channels, createdDateTime } = given;
  if (groupId !== null && given['group@odata.bind'] !== undefined) rejectInherited(given);
  if (createdDateTime !== undefined && given['@microsoft.graph.teamCreationMode'] === undefined)
    throw new BadRequestError("createdDateTime needs '@microsoft.graph.teamCreationMode' with the value 'migration'.");
  if (createdDateTime !== undefined && Date.parse(createdDateTime) > now)
    throw new BadRequestError('createdDateTime cannot be in the future.');
  return {
    groupId,
    channels,
    hasOwner: given.members.some(isOwner),
    ...(displayName !== undefined && { displayName }),
    ...(description !== undefined && { description }),
    ...(shown !== undefined && { visibility: shown }),
    ...(createdDateTime !== undefined && { createdDateTime }),
  };
}

/** A team that is made of a group has these of the group. */
function rejectInherited(given: GivenTeam): void {
  const members = given.members.length > 0 ? given.members : undefined;
  const found = Object.entries({ ...given, members })
    .filter(([name, value]) => value !== undefined && INHERITED.includes(name))
    .map(([name]) => name);
  if (found.length > 0)
    throw new ValidationError(
      found.map((name) => detail(name, `The property '${name}' cannot be combined with 'group@odata.bind'.`)),
    );
}

const INHERITED: readonly string[] = ['displayName', 'visibility', 'specialization', 'members'];

function isOwner({ roles }: GivenMember): boolean {
  return roles.some((role) => role.toLowerCase() === 'owner');
}

/** @throws ValidationError with one detail for everything that is wrong */
export function parseClone(body: unknown): CloneBody {
  const { displayName, description, partsToClone, visibility: shown } = readBody(body, CLONE);
  return {
    displayName,
    description: description ?? displayName,
    parts: partsToClone,
    ...(shown != null && { visibility: shown }),
  };
}

/** @throws ValidationError with one detail for everything that is wrong */
export function checkArchive(body: unknown): void {
  readBody(body, ARCHIVE);
}

/** @throws ValidationError the body names a parameter: the action has none */
export function checkUnarchive(body: unknown): void {
  readBody(body, UNARCHIVE);
}

/** @throws ValidationError with one detail for everything that is wrong */
export function parseNewChat(body: unknown): NewChatBody {
  const { chatType, topic, members, installedApps } = readBody(body, CHAT);
  const ids = members.map(toUserId);
  if (chatType === 'oneOnOne' && new Set(ids.map((id) => id.toLowerCase())).size !== 2)
    throw new ValidationError([detail('members', 'A oneOnOne chat must have exactly two members.')]);
  if (chatType === 'oneOnOne' && topic !== null)
    throw new ValidationError([detail('topic', 'Only a group chat can have a topic.')]);
  const appIds = installedApps.flatMap((app) => idIn(APP, app['teamsApp@odata.bind']) ?? []);
  return { chatType, topic, members: ids, appIds };
}

function toUserId(given: GivenMember): string {
  return idIn(USER, given['user@odata.bind']) ?? given.userId ?? '';
}

function idIn(pattern: RegExp, url = ''): string | null {
  const { quoted, plain } = pattern.exec(url)?.groups ?? {};
  return quoted ?? plain ?? null;
}

interface Body<Given> {
  /** Of the type or the action. */
  readonly name: 'team' | 'chat' | 'clone' | 'archive' | 'unarchive';
  /** An action takes its parameters alone; types are open. */
  readonly closed?: true;
  readonly names: readonly string[];
  readonly schema: Joi.ObjectSchema<Given>;
}

function toBody<Given>({
  properties,
  ...body
}: Omit<Body<Given>, 'names' | 'schema'> & { readonly properties: Joi.SchemaMap<Given> }): Body<Given> {
  const schema = Joi.object<Given>(properties).prefs({ abortEarly: false, convert: false });
  return { ...body, names: Object.keys(properties), schema };
}

const MAX_DETAILS = 100;
const MAX_SHOWN_NAME_LENGTH = 255;

function readBody<Given>(body: unknown, { name, closed, names, schema }: Body<Given>): Given {
  if (!isObject(body)) throw new BadRequestError('The request body must be a JSON object.');
  const entries = Object.entries(body);
  // Names are looked at here, so that joi never copies one such as `__proto__`.
  const known = entries.filter(([key]) => names.includes(key));
  const unknown = closed ? entries.filter(([key]) => !names.includes(key) && !key.includes('@')) : [];
  const { value, error } = schema.validate(Object.fromEntries(known));
  const type = Object.hasOwn(body, '@odata.type') ? body['@odata.type'] : undefined;
  const details = [
    ...(type === undefined || closed || isNamed(type, name)
      ? []
      : [detail('@odata.type', `The value of '@odata.type' must be '#microsoft.graph.${name}'.`)]),
    ...unknown.map(([key]) => unknownParameter(key.slice(0, MAX_SHOWN_NAME_LENGTH), name)),
    ...(error?.details ?? []).map((item) => toDetail(item, name)),
  ];
  if (details.length > 0 || value === undefined) throw new ValidationError(details.slice(0, MAX_DETAILS));
  return value;
}

function toDetail({ type, path }: ValidationErrorItem, name: Body<unknown>['name']): ErrorDetail {
  const target = path.join('/');
  if (type === 'any.required') return required(target, name);
  const expected = EXPECTED[path.filter((segment) => typeof segment === 'string').join('/')];
  return detail(target, `The value of the property '${target}' is not valid. It must be ${expected}.`);
}

function required(target: string, name: Body<unknown>['name']): ErrorDetail {
  const what = name === 'team' || name === 'chat' ? `create a ${name}` : `${name} a team`;
  return detail(target, `The '${target}' property is required to ${what}.`);
}

function unknownParameter(target: string, action: string): ErrorDetail {
  const message = `The parameter '${target}' in the request payload is not a valid parameter for the operation '${action}'.`;
  return detail(target, message);
}

function detail(target: string, message: string): ErrorDetail {
  return { code: 'BadRequest', message, target };
}

/** The documentation writes members of these enums in either case. */
function toMember(members: readonly string[]) {
  return (text: string, helpers: Joi.CustomHelpers): string | Joi.ErrorReport =>
    members.find((name) => name.toLowerCase() === text.toLowerCase()) ?? helpers.error('any.invalid');
}

function toParts(text: string, helpers: Joi.CustomHelpers): readonly ClonablePart[] | Joi.ErrorReport {
  const given = text.split(',').map((part) => part.trim().toLowerCase());
  const parts = CLONABLE_PARTS.filter((part) => given.includes(part));
  return given.every((part) => CLONABLE_PARTS.some((known) => known === part)) ? parts : helpers.error('any.invalid');
}
