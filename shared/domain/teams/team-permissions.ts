import type { RequiredPermissions } from '../caller.ts';

/**
 * What Graph documents for teams and what starts operations on them. Resource-specific consent (`TeamSettings.Read.Group`
 * and its like) is in no token, so it cannot be seen here.
 */
const BACKWARD_COMPATIBLE = ['Group.ReadWrite.All', 'Directory.ReadWrite.All'];
const READ_GROUPS = ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];

export const CREATE_TEAMS: RequiredPermissions = {
  delegated: ['Team.Create', ...BACKWARD_COMPATIBLE],
  application: ['Team.Create', 'Teamwork.Migrate.All', ...BACKWARD_COMPATIBLE],
};

export const CLONE_TEAMS: RequiredPermissions = forBoth('Team.Create', ...BACKWARD_COMPATIBLE);

export const ARCHIVE_TEAMS: RequiredPermissions = forBoth('TeamSettings.ReadWrite.All', ...BACKWARD_COMPATIBLE);

export const ARCHIVE_CHANNELS: RequiredPermissions = forBoth('ChannelSettings.ReadWrite.All');

export const ADD_TEAM_TO_GROUP: RequiredPermissions = forBoth(...BACKWARD_COMPATIBLE);

export const READ_TEAMS: RequiredPermissions = forBoth(
  'Team.ReadBasic.All',
  'TeamSettings.Read.All',
  'TeamSettings.ReadWrite.All',
  ...READ_GROUPS,
);

export const READ_CHANNELS: RequiredPermissions = forBoth(
  'Channel.ReadBasic.All',
  'ChannelSettings.Read.All',
  'ChannelSettings.ReadWrite.All',
  ...READ_GROUPS,
);

export const CREATE_CHATS: RequiredPermissions = {
  delegated: ['Chat.Create', 'Chat.ReadWrite'],
  application: ['Chat.Create'],
};

/**
 * Graph documents none on the operations of a team. Its overview of long running actions says that who may start one may
 * ask how far it is; who may read the team may read them as well.
 */
export const READ_TEAM_OPERATIONS: RequiredPermissions = {
  delegated: startersAnd(READ_TEAMS, 'delegated'),
  application: startersAnd(READ_TEAMS, 'application'),
};

/** None is documented either: those of its neighbour `PATCH /teams/{id}`. */
export const WRITE_TEAM_OPERATIONS: RequiredPermissions = ARCHIVE_TEAMS;

function forBoth(...names: readonly string[]): RequiredPermissions {
  return { delegated: names, application: names };
}

function startersAnd(readers: RequiredPermissions, kind: keyof RequiredPermissions): readonly string[] {
  const starters = [CREATE_TEAMS, CLONE_TEAMS, ARCHIVE_TEAMS, ARCHIVE_CHANNELS].flatMap((required) => required[kind]);
  return [...new Set([...readers[kind], ...starters])];
}
