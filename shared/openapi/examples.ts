/** Bodies that the service accepts, for whoever reads the document or sends requests from it. */

const CHAT_ID = '19:c253a29b5f694b55a6baad8e83510af7@thread.v2';

/** Of the parameters in paths. The operation is the one that the example of a new operation creates. */
export const PARAMETER_EXAMPLES = {
  chatsId: CHAT_ID,
  operationId: '8b34886a-886a-8b34-6a88-348b6a88348b',
  property: 'status',
  subscriptionId: '7f105c7d-2dc5-4530-97cd-4e7ae6534c07',
  teamId: '893075dd-2487-4122-925f-022c42e20265',
  groupId: '893075dd-2487-4122-925f-022c42e20265',
  channelId: '19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2',
} as const;

export type PathParameter = keyof typeof PARAMETER_EXAMPLES;

export const NEW_OPERATION_EXAMPLE = {
  operationType: 'createChat',
  status: 'inProgress',
  lastActionDateTime: '2021-05-27T21:23:45.1899277Z',
  attemptsCount: 1,
  targetResourceId: CHAT_ID,
  targetResourceLocation: `/chats('${CHAT_ID}')`,
};

/** With an id, so that the requests for one operation find it. */
export const NAMED_OPERATION_EXAMPLE = { id: PARAMETER_EXAMPLES.operationId, ...NEW_OPERATION_EXAMPLE };

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
    resource: `chats('${CHAT_ID}')/operations`,
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

const COLLECTION = `/chats/${CHAT_ID}/operations`;

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
