import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installFolder } from '../../scripts/on-demand/install-folder.ts';
import type { ClientSession } from '../clients/session.ts';
import { CHAT_ID } from '../support/create-operation-request.ts';
import { type HttpsStack, startHttpsStack } from '../support/https-stack.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { repositoryRoot } from '../support/stack.ts';

const GUID = expect.stringMatching(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
const PAGED = ['paged-0', 'paged-1', 'paged-2', 'paged-3', 'paged-4'];

const clients = join(repositoryRoot, 'tests/clients/javascript');
/** Where the clients are not installed yet. */
const INSTALLATION_MS = 600_000;

let stack: HttpsStack;
let token: string;
let receiver: Receiver;

beforeAll(async () => {
  await installFolder(clients);
  stack = await startHttpsStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
  receiver = await startReceiver();
  receiver.answer = ({ url }, response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(new URL(url, receiver.origin).searchParams.get('validationToken'));
}, INSTALLATION_MS);

afterAll(async () => {
  await receiver?.close();
  await stack?.close();
});

async function run(client: string): Promise<ClientSession> {
  const script = join(clients, `${client}-session.ts`);
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    timeout: 60_000,
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: stack.certificatePath,
      SESSION_ORIGIN: stack.origin,
      SESSION_TOKEN: token,
      SESSION_HOOK: `${receiver.origin}/hook`,
      SESSION_CHAT: `${client}-${CHAT_ID}`.replace(`${client}-19:`, `19:${client}`),
    },
  });
  return JSON.parse(stdout);
}

describe.each(['classic', 'kiota'])('the %s Graph client over TLS', (client) => {
  let session: ClientSession;

  beforeAll(async () => {
    session = await run(client);
  }, 60_000);

  test('creates, gets and patches an operation', () => {
    const seen = { id: client, operationType: 'createTeam', status: 'inProgress' };
    expect(session.created).toEqual(seen);
    expect(session.got).toEqual(seen);
    expect(session.patched).toEqual({ ...seen, status: 'succeeded' });
  });

  test('pages to the end of a list', () => {
    expect(session.listed).toEqual([client, ...PAGED]);
  });

  test('reads code and request-id of an error', () => {
    expect(session.rejected).toEqual({ status: 400, code: 'BadRequest', requestId: GUID });
  });

  test('finds an operation gone that it deleted', () => {
    expect(session.afterDelete).toEqual({ status: 404, code: 'NotFound', requestId: GUID });
  });

  test('subscribes, renews and ends a subscription', () => {
    const seen = { changeType: 'created,updated', clientState: null, expires: true };
    expect(session.subscription).toMatchObject({
      created: { ...seen, clientState: 'mine' },
      got: seen,
      renewed: seen,
      afterDelete: { status: 404, code: 'NotFound', requestId: GUID },
      unreachable: { status: 400, code: 'ValidationError', requestId: GUID },
    });
  });

  test('comes back after a 429', () => {
    expect(session.afterThrottling).toMatchObject({ id: 'throttled', status: 'inProgress' });
    expect(session.throttledStatuses).toEqual([429, 200]);
  });
});
