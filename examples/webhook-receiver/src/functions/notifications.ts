import { app } from '@azure/functions';

interface Notification {
  readonly changeType: string;
  readonly clientState?: string;
  readonly resource: string;
}

/** What the subscription was created with: nobody else knows it. */
const CLIENT_STATE = process.env.CLIENT_STATE ?? 'only we two know this';
const received: { changeType: string; resource: string }[] = [];

app.http('receiveNotifications', {
  methods: ['POST'],
  route: 'notifications',
  authLevel: 'anonymous',
  handler: async (request) => {
    // The service asks whether we want notifications: the token goes back as it came.
    const token = request.query.get('validationToken');
    if (token !== null) return { headers: { 'content-type': 'text/plain' }, body: token };
    const { value = [] } = (await request.json()) as { value?: Notification[] }; // Graph's form
    for (const { changeType, clientState, resource } of value) {
      if (clientState === CLIENT_STATE) received.push({ changeType, resource });
    }
    return { status: 202 };
  },
});

app.http('listNotifications', {
  methods: ['GET'],
  route: 'notifications',
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: received }),
});
