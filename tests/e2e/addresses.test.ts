import { CHAT_ID, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { itemPath, useGraph } from '../support/graph.ts';
import { sendRequest } from '../support/send-request.ts';

const { send, stack } = useGraph();

describe('addresses', () => {
  test.each([
    ['GET', '/v1.0/chats/a/operations', 'operations'],
    ['GET', '/beta/teams/a/members', 'members'],
    ['GET', '/v1.0/groups/a', 'a'],
    ['POST', '/beta/chats/a/messages', 'messages'],
    ['GET', '/beta/chats/a/operations/b/c', 'c'],
    ['GET', '/beta/chats/a/operations/$ref', '$ref'],
    ['GET', '/beta/chats/a/operations/%ff', '%ff'],
    ['GET', '/beta/chats(a)/operations', 'chats(a)'],
  ])('%s %s is answered in the words of Graph', async (method, path, segment) => {
    const answer = await sendRequest(stack().functionsUrl, { method, path });
    const message = `Resource not found for the segment '${segment}'.`;
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BadRequest', message } } });
    expect(answer.headers.get('request-id')).not.toBeNull();
  });

  test.each([
    ['PUT', operationsPath(), 'GET, POST'],
    ['PATCH', operationsPath(), 'GET, POST'],
    ['DELETE', operationsPath(), 'GET, POST'],
    ['POST', itemPath(CHAT_ID, 'a'), 'GET, PATCH, DELETE'],
    ['PUT', itemPath(CHAT_ID, 'a'), 'GET, PATCH, DELETE'],
    ['PATCH', `${operationsPath()}/$count`, 'GET'],
    ['OPTIONS', operationsPath(), 'GET, POST'],
    ['OPTIONS', '/subscriptions', 'GET, POST'],
    ['GET', '/$batch', 'POST'],
    ['GET', '/chats', 'POST'],
    ['GET', '/teams', 'POST'],
    ['DELETE', '/groups/a/team', 'GET, PUT'],
    ['PATCH', '/$metadata', 'GET'],
    ['POST', '/openapi.json', 'GET'],
  ])('%s %s is answered 405', async (method, path, allowed) => {
    const answer = await send({ method, path });
    const message = 'Specified HTTP method is not allowed for the request target.';
    expect(answer).toMatchObject({ status: 405, body: { error: { code: 'Request_BadRequest', message } } });
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  test('are open to scripts of other origins', async () => {
    const headers = { origin: 'https://app.example' };
    const answer = await send({ path: operationsPath('cors'), headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-expose-headers')).toContain('Preference-Applied');
    expect((await send({ path: operationsPath('cors') })).headers.get('access-control-allow-origin')).toBeNull();
    const asked = { ...headers, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'prefer' };
    const preflight = await sendRequest(stack().functionsUrl, {
      method: 'OPTIONS',
      path: `/beta${operationsPath()}`,
      headers: asked,
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('prefer');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
  });
});

describe('permissions', () => {
  test.each([
    [{ scopes: ['Chat.ReadBasic'] }, 200, 403],
    [{ scopes: ['Chat.Read'] }, 200, 403],
    [{ scopes: ['Chat.ReadWrite'] }, 200, 404],
    [{ scopes: ['User.Read'] }, 403, 403],
    [{ roles: ['Chat.ReadBasic.All'] }, 200, 403],
    [{ roles: ['Chat.Read.All'] }, 200, 403],
    [{ roles: ['Chat.ReadWrite.All'] }, 200, 404],
    [{ roles: ['Chat.Read'] }, 403, 403],
  ])('%j may read: %i, and write: %i', async (claims, read, write) => {
    const bearer = await stack().issuer.mint(claims);
    const path = itemPath('permissions', 'nobody');
    expect((await send({ path: operationsPath('permissions') }, bearer)).status).toBe(read);
    expect((await send({ path: `${operationsPath('permissions')}/$count` }, bearer)).status).toBe(read);
    expect((await send({ path }, bearer)).status).toBe(read === 200 ? 404 : 403);
    expect((await send({ method: 'DELETE', path }, bearer)).status).toBe(write);
    const body = '{"status":"failed"}';
    expect((await send({ method: 'PATCH', path, headers: JSON_TYPE, body }, bearer)).status).toBe(write);
  });

  test('of an application do not reach /me', async () => {
    const bearer = await stack().issuer.mint({ roles: ['Chat.ReadWrite.All'] });
    expect((await send({ path: `/me${operationsPath()}` }, bearer)).status).toBe(400);
  });
});
