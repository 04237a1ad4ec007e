/** Bodies that the service accepts, for whoever reads the document or sends requests from it. */

export const NEW_OPERATION_EXAMPLE = {
  operationType: 'createChat',
  status: 'inProgress',
  lastActionDateTime: '2021-05-27T21:23:45.1899277Z',
  attemptsCount: 1,
  targetResourceId: '19:c253a29b5f694b55a6baad8e83510af7@thread.v2',
  targetResourceLocation: "/chats('19:c253a29b5f694b55a6baad8e83510af7@thread.v2')",
};

export const CHANGES_EXAMPLE = { status: 'succeeded', attemptsCount: 2 };

export const NEW_TEAM_EXAMPLE = {
  'template@odata.bind': "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
  displayName: 'Wind turbines',
  description: 'Plans and readings of the turbines',
  visibility: 'private',
  channels: [{ displayName: 'Readings' }],
};

export const CLONE_EXAMPLE = {
  displayName: 'Water turbines',
  mailNickname: 'waterturbines',
  partsToClone: 'apps,tabs,settings,channels,members',
  visibility: 'public',
};

const MEMBERS = ['8b081ef6-4792-4def-b2c9-c363a1bf41d5', '82af01c5-f7cc-4a2e-a728-3a5df21afd9d'];

export const NEW_CHAT_EXAMPLE = {
  chatType: 'oneOnOne',
  members: MEMBERS.map((id) => ({
    '@odata.type': '#microsoft.graph.aadUserConversationMember',
    roles: ['owner'],
    'user@odata.bind': `https://graph.microsoft.com/v1.0/users('${id}')`,
  })),
};

const DAY_MS = 24 * 60 * 60 * 1_000;

/** @param now milliseconds since the Unix epoch: subscriptions end soon after */
export function newSubscriptionExample(now: number) {
  return {
    resource: "chats('19:c253a29b5f694b55a6baad8e83510af7@thread.v2')/operations",
    changeType: 'created,updated,deleted',
    notificationUrl: 'https://receiver.example/notifications',
    lifecycleNotificationUrl: 'https://receiver.example/lifecycle',
    expirationDateTime: new Date(now + DAY_MS).toISOString(),
    clientState: 'a secret of yours',
  };
}

export function renewalExample(now: number) {
  return { expirationDateTime: new Date(now + 2 * DAY_MS).toISOString() };
}

const COLLECTION = '/chats/19:c253a29b5f694b55a6baad8e83510af7@thread.v2/operations';

export const BATCH_EXAMPLE = {
  requests: [
    {
      id: '1',
      method: 'POST',
      url: COLLECTION,
      headers: { 'Content-Type': 'application/json' },
      body: NEW_OPERATION_EXAMPLE,
    },
    { id: '2', method: 'GET', url: `${COLLECTION}?$top=5`, dependsOn: ['1'] },
  ],
};
