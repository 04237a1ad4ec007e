// Run by a test in a process of its own: only there can Node.js be configured to trust the certificate.
import { Client, GraphError, PageIterator } from '@microsoft/microsoft-graph-client';
import {
  type ClientSession,
  inMinutes,
  PAGE_SIZE,
  PAGED,
  readInput,
  recordStatuses,
  type Seen,
  type SeenError,
  type SeenSubscription,
  type SubscriptionSession,
} from '../session.ts';

const { origin, token, chatId, hook } = readInput();
const client = Client.init({
  baseUrl: `${origin}/`,
  defaultVersion: 'beta',
  customHosts: new Set(['localhost']),
  authProvider: (done) => done(null, token),
});
const path = `/chats/${chatId}/operations`;
const body = {
  '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
  operationType: 'createTeam',
  status: 'inProgress',
  attemptsCount: 1,
  error: null,
  lastActionDateTime: '2021-05-27T21:23:45.189Z',
};

const created = await client.api(path).post({ ...body, id: 'classic' });
for (let index = 0; index < PAGED; index += 1) await client.api(path).post({ ...body, id: `paged-${index}` });
const listed = await listAll();
const got = await client.api(`${path}/classic`).select('id,status,operationType').get();
const patched = await client.api(`${path}/classic`).patch({ status: 'succeeded' });
await client.api(`${path}/classic`).delete();
const afterDelete = await failure(() => client.api(`${path}/classic`).get());
const rejected = await failure(() => client.api(path).post({ ...body, status: 'done' }));
const subscription = await subscribe();
await client
  .api(path)
  .header('Prefer', 'lro-scenario=throttled-polls')
  .post({ ...body, id: 'throttled' });
const throttledStatuses = recordStatuses();
const afterThrottling = await client.api(`${path}/throttled`).get();

const session: ClientSession = {
  created: see(created),
  listed,
  got: see(got),
  patched: see(patched),
  subscription,
  afterDelete,
  rejected,
  afterThrottling: see(afterThrottling),
  throttledStatuses,
};
process.stdout.write(JSON.stringify(session));

async function listAll(): Promise<string[]> {
  const ids: string[] = [];
  const first = await client.api(path).filter("status eq 'inProgress'").orderby('id').top(PAGE_SIZE).get();
  const pages = new PageIterator(client, first, (operation) => ids.push(operation.id) > 0);
  await pages.iterate();
  return ids;
}

async function subscribe(): Promise<SubscriptionSession> {
  const [first, second] = [inMinutes(50), inMinutes(55)];
  const wanted = { resource: path, changeType: 'created,updated', notificationUrl: hook, clientState: 'mine' };
  const subscriptions = client.api('/subscriptions');
  const made = await subscriptions.post({ ...wanted, expirationDateTime: first });
  const one = client.api(`/subscriptions/${made.id}`);
  const read = await one.get();
  const renewed = await one.patch({ expirationDateTime: second });
  await one.delete();
  return {
    created: seeSubscription(made, first),
    got: seeSubscription(read, first),
    renewed: seeSubscription(renewed, second),
    afterDelete: await failure(() => one.get()),
    unreachable: await failure(() =>
      subscriptions.post({ ...wanted, notificationUrl: 'http://localhost:1/', expirationDateTime: first }),
    ),
  };
}

interface WireSubscription {
  readonly changeType: string;
  readonly clientState: string | null;
  readonly expirationDateTime: string;
}

function seeSubscription(given: WireSubscription, expiration: Date): SeenSubscription {
  const { changeType, clientState, expirationDateTime } = given;
  return { changeType, clientState, expires: Date.parse(expirationDateTime) === expiration.getTime() };
}

async function failure(call: () => Promise<unknown>): Promise<SeenError> {
  const error = await call().catch((reason: unknown) => reason);
  if (!(error instanceof GraphError)) throw new Error('The call did not fail as Graph’s calls do', { cause: error });
  return { status: error.statusCode, code: error.code, requestId: error.requestId };
}

function see({ id, status, operationType }: Seen): Seen {
  return { id, status, operationType };
}
