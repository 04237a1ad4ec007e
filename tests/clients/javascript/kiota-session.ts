// Run by a test in a process of its own: only there can Node.js be configured to trust the certificate. There is no published
// package with the request builders of a chat's operations: the requests are made of the published parts of theirs.
import {
  AllowedHostsValidator,
  BaseBearerTokenAuthenticationProvider,
  type ErrorMappings,
  HttpMethod,
  RequestInformation,
} from '@microsoft/kiota-abstractions';
import { GraphRequestAdapter } from '@microsoft/msgraph-sdk';
import {
  type Subscription,
  serializeSubscription,
  serializeTeamsAsyncOperation,
  type TeamsAsyncOperation,
  type TeamsAsyncOperationCollectionResponse,
  createTeamsAsyncOperationCollectionResponseFromDiscriminatorValue as toCollection,
  createTeamsAsyncOperationFromDiscriminatorValue as toOperation,
  createSubscriptionFromDiscriminatorValue as toSubscription,
} from '@microsoft/msgraph-sdk/models/index.js';
import {
  createODataErrorFromDiscriminatorValue,
  type ODataError,
} from '@microsoft/msgraph-sdk/models/oDataErrors/index.js';
import { PageIterator } from '@microsoft/msgraph-sdk-core';
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
const adapter = new GraphRequestAdapter(
  new BaseBearerTokenAuthenticationProvider({
    getAuthorizationToken: async () => token,
    getAllowedHostsValidator: () => new AllowedHostsValidator(new Set(['localhost'])),
  }),
);
adapter.baseUrl = `${origin}/beta`;
const errors: ErrorMappings = { XXX: createODataErrorFromDiscriminatorValue };
const LIST = '{+baseurl}/chats/{chat%2Did}/operations{?%24filter,%24orderby,%24top}';
const ITEM = '{+baseurl}/chats/{chat%2Did}/operations/{operation%2Did}{?%24select}';
const body: TeamsAsyncOperation = {
  odataType: '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
  operationType: 'createTeam',
  status: 'inProgress',
  attemptsCount: 1,
  lastActionDateTime: new Date('2021-05-27T21:23:45.189Z'),
};

const created = await create({ ...body, id: 'kiota' });
for (let index = 0; index < PAGED; index += 1) await create({ ...body, id: `paged-${index}` });
const listed = await listAll();
const got = await send(
  request(HttpMethod.GET, ITEM, { 'operation%2Did': 'kiota', '%24select': 'id,status,operationType' }),
);
const patch = request(HttpMethod.PATCH, ITEM, { 'operation%2Did': 'kiota' });
const patched = await send(withBody(patch, { status: 'succeeded' }));
await adapter.sendNoResponseContent(request(HttpMethod.DELETE, ITEM, { 'operation%2Did': 'kiota' }), errors);
const afterDelete = await failure(() => send(request(HttpMethod.GET, ITEM, { 'operation%2Did': 'kiota' })));
const rejected = await failure(() => create({ ...body, id: 'a/b' }));
const subscription = await subscribe();
await create({ ...body, id: 'throttled' }, 'lro-scenario=throttled-polls');
const throttledStatuses = recordStatuses();
const afterThrottling = await send(request(HttpMethod.GET, ITEM, { 'operation%2Did': 'throttled' }));

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

function request(method: HttpMethod, template: string, parameters: Record<string, unknown> = {}): RequestInformation {
  const made = new RequestInformation(method, template, { 'chat%2Did': chatId, ...parameters });
  made.headers.tryAdd('Accept', 'application/json');
  return made;
}

function withBody(made: RequestInformation, operation: TeamsAsyncOperation): RequestInformation {
  made.setContentFromParsable(adapter, 'application/json', operation, serializeTeamsAsyncOperation);
  return made;
}

function create(operation: TeamsAsyncOperation, prefer?: string): Promise<TeamsAsyncOperation | undefined> {
  const made = withBody(request(HttpMethod.POST, LIST), operation);
  if (prefer !== undefined) made.headers.tryAdd('Prefer', prefer);
  return send(made);
}

function send(made: RequestInformation): Promise<TeamsAsyncOperation | undefined> {
  return adapter.send<TeamsAsyncOperation>(made, toOperation, errors);
}

async function listAll(): Promise<string[]> {
  const options = { '%24filter': "status eq 'inProgress'", '%24orderby': 'id', '%24top': PAGE_SIZE };
  const first = await adapter.send<TeamsAsyncOperationCollectionResponse>(
    request(HttpMethod.GET, LIST, options),
    toCollection,
    errors,
  );
  const ids: string[] = [];
  const pages = new PageIterator<TeamsAsyncOperation>(
    adapter,
    { ...first, value: first?.value ?? [], additionalData: {} } as never, // the core's own page type is not exported
    (operation) => ids.push(operation.id ?? '') > 0,
    toCollection as never, // as above
    errors,
  );
  await pages.iterate();
  return ids;
}

async function subscribe(): Promise<SubscriptionSession> {
  const [first, second] = [inMinutes(50), inMinutes(55)];
  const resource = `chats/${chatId}/operations`;
  const wanted = { resource, changeType: 'created,updated', notificationUrl: hook, clientState: 'mine' };
  const made = await sendSubscription(HttpMethod.POST, '', { ...wanted, expirationDateTime: first });
  const one = `/${made?.id}`;
  const read = await sendSubscription(HttpMethod.GET, one);
  const renewed = await sendSubscription(HttpMethod.PATCH, one, { expirationDateTime: second });
  await adapter.sendNoResponseContent(request(HttpMethod.DELETE, `{+baseurl}/subscriptions${one}`), errors);
  const unreachable = { ...wanted, notificationUrl: 'http://localhost:1/', expirationDateTime: first };
  return {
    created: seeSubscription(made, first),
    got: seeSubscription(read, first),
    renewed: seeSubscription(renewed, second),
    afterDelete: await failure(() => sendSubscription(HttpMethod.GET, one)),
    unreachable: await failure(() => sendSubscription(HttpMethod.POST, '', unreachable)),
  };
}

function sendSubscription(method: HttpMethod, path: string, content?: Subscription) {
  const made = request(method, `{+baseurl}/subscriptions${path}`);
  if (content) made.setContentFromParsable(adapter, 'application/json', content, serializeSubscription);
  return adapter.send<Subscription>(made, toSubscription, errors);
}

function seeSubscription(given: Subscription | undefined, expiration: Date): SeenSubscription {
  const { changeType = null, clientState = null, expirationDateTime } = given ?? {};
  return { changeType, clientState, expires: expirationDateTime?.getTime() === expiration.getTime() };
}

async function failure(call: () => Promise<unknown>): Promise<SeenError> {
  const reason = await call().catch((error: unknown) => error);
  const { responseStatusCode, errorEscaped } = reason as ODataError; // nothing else is mapped; the test looks at what is in it
  return {
    status: responseStatusCode ?? null,
    code: errorEscaped?.code ?? null,
    requestId: errorEscaped?.innerError?.requestId ?? null,
  };
}

function see(operation: TeamsAsyncOperation | undefined): Seen {
  const { id = null, status = null, operationType = null } = operation ?? {};
  return { id, status, operationType };
}
