import type { EntityTypeModel, EnumTypeModel, PropertyModel } from '../type-model.ts';
import { CHAT_TYPES, CLONABLE_PARTS, TEAM_VISIBILITIES } from './team.ts';

export const TEAM_VISIBILITY_TYPE = {
  kind: 'enum',
  name: 'teamVisibilityType',
  members: TEAM_VISIBILITIES,
} as const satisfies EnumTypeModel;

export const CHAT_TYPE_TYPE = { kind: 'enum', name: 'chatType', members: CHAT_TYPES } as const satisfies EnumTypeModel;

/** Several at once, each a bit. */
export const CLONABLE_PARTS_TYPE = {
  kind: 'enum',
  name: 'clonableTeamParts',
  members: CLONABLE_PARTS,
  isFlags: true,
} as const satisfies EnumTypeModel;

const ID: PropertyModel = { name: 'id', type: 'Edm.String', nullable: false, immutable: true, description: 'The key.' };
const CREATED: PropertyModel = {
  name: 'createdDateTime',
  type: 'Edm.DateTimeOffset',
  nullable: true,
  immutable: true,
  description: 'When it was created.',
};

/** `microsoft.graph.team`, as far as the simulator knows teams. */
export const TEAM_TYPE = {
  name: 'team',
  description: 'A team of Microsoft Teams, which the simulator created.',
  open: true,
  properties: [
    ID,
    CREATED,
    { name: 'displayName', type: 'Edm.String', nullable: true, description: 'Its name.' },
    { name: 'description', type: 'Edm.String', nullable: true, description: 'What it is for.' },
    { name: 'visibility', type: TEAM_VISIBILITY_TYPE, nullable: true, description: 'Who finds and joins it.' },
    { name: 'isArchived', type: 'Edm.Boolean', nullable: true, description: 'Whether it is read-only.' },
  ],
} as const satisfies EntityTypeModel;

/** `microsoft.graph.channel`, likewise. */
export const CHANNEL_TYPE = {
  name: 'channel',
  description: 'A channel of a team.',
  open: false,
  properties: [
    ID,
    CREATED,
    { name: 'displayName', type: 'Edm.String', nullable: false, description: 'Its name.' },
    { name: 'description', type: 'Edm.String', nullable: true, description: 'What it is for.' },
    { name: 'membershipType', type: 'Edm.String', nullable: true, description: 'Who takes part: standard.' },
    { name: 'isArchived', type: 'Edm.Boolean', nullable: true, description: 'Whether it is read-only.' },
  ],
} as const satisfies EntityTypeModel;

/** `microsoft.graph.chat`, likewise. */
export const CHAT_TYPE = {
  name: 'chat',
  description: 'A chat, which the simulator created.',
  open: false,
  properties: [
    ID,
    { name: 'topic', type: 'Edm.String', nullable: true, description: 'The title of a group chat.' },
    CREATED,
    { name: 'lastUpdatedDateTime', type: 'Edm.DateTimeOffset', nullable: true, description: 'When it was changed.' },
    { name: 'chatType', type: CHAT_TYPE_TYPE, nullable: false, description: 'How many take part.' },
  ],
} as const satisfies EntityTypeModel;

export interface ActionModel {
  readonly name: string;
  readonly parameters: readonly PropertyModel[];
}

const READ_ONLY_SITE: PropertyModel = {
  name: 'shouldSetSpoSiteReadOnlyForMembers',
  type: 'Edm.Boolean',
  nullable: true,
  description: 'Whether the site of the team becomes read-only too.',
};

/** What the actions on teams and channels take; those without parameters are not here. */
export const TEAM_ACTIONS: readonly ActionModel[] = [
  { name: 'archive', parameters: [READ_ONLY_SITE] },
  {
    name: 'clone',
    parameters: [
      { name: 'displayName', type: 'Edm.String', nullable: false, requiredOnCreate: true, description: 'The name.' },
      { name: 'description', type: 'Edm.String', nullable: true, description: 'The name, unless it is given.' },
      { name: 'mailNickname', type: 'Edm.String', nullable: true, description: 'The mail alias; it is ignored.' },
      { name: 'classification', type: 'Edm.String', nullable: true, description: 'It is ignored.' },
      { name: 'visibility', type: TEAM_VISIBILITY_TYPE, nullable: true, description: 'As the original, by default.' },
      {
        name: 'partsToClone',
        type: CLONABLE_PARTS_TYPE,
        nullable: false,
        requiredOnCreate: true,
        description: 'A list with commas between.',
      },
    ],
  },
];
