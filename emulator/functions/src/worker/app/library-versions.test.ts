import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

afterAll(closeTestHosts);

describe.each(['azure-functions-4-0', 'azure-functions-4-5', '@azure/functions'])('with %s', (library) => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startTestHost('v4-any-minor', { env: { ...process.env, FUNCTIONS_LIBRARY: library } });
  });

  test('HTTP functions get route, query and body, and answer with status, headers, cookies and JSON', async () => {
    const response = await host.fetch('/api/echo/7?q=1', { method: 'POST', body: 'sent' });
    expect([response.status, response.headers.get('x-id'), response.headers.getSetCookie()]).toEqual([
      201,
      '7',
      ['a=1; path=/'],
    ]);
    expect(await response.json()).toMatchObject({ body: 'sent', query: '1' });
    await host.next('log', ({ category, message }) => category === 'Function.echo.User' && message === 'echo called');
  });

  test('a throw is 500, nothing is 204', async () => {
    expect((await host.fetch('/api/fails')).status).toBe(500);
    expect((await host.fetch('/api/nothing')).status).toBe(204);
  });

  test('other triggers are called with their payload', async () => {
    expect(await host.invoke('queued', { a: 1 })).toMatchObject({ status: 'succeeded', result: { got: { a: 1 } } });
    expect(await host.invoke('tick', { IsPastDue: true })).toMatchObject({
      status: 'succeeded',
      logs: [{ message: 'past due: true' }],
    });
  });
});
