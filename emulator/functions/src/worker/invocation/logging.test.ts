import type { HostEvent } from '../../protocol/events.ts';
import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost('v4-logs');
});
afterAll(closeTestHosts);

async function linesOf(functionName: string): Promise<string[]> {
  await host.fetch(`/api/${functionName}`);
  await host.next('invocation-finished', (event) => event.functionName === functionName);
  return host.events.flatMap((event) =>
    event.type === 'log' && event.functionName === functionName ? `${event.category}: ${event.message}` : [],
  );
}

test.each([
  ['all', ['trace', 'debug', 'info', 'warn', 'error']],
  ['quiet', ['error']],
  ['none', []],
])('host.json logLevel lets the lines of %s through that are of levels %j', async (name, levels) => {
  expect(await linesOf(name)).toEqual(levels.map((level) => `Function.${name}.User: ${name} ${level}`));
});

test('host.json logLevel marks the invocations of functions below Information as quiet', async () => {
  for (const [name, isQuiet] of [
    ['all', undefined],
    ['quiet', true],
  ] as const) {
    await linesOf(name);
    const { events } = host;
    const own = events.filter((event) => event.type.startsWith('invocation-') && nameOf(event) === name);
    expect(own.length).toBeGreaterThanOrEqual(2);
    for (const event of own) expect('isQuiet' in event ? event.isQuiet : undefined).toBe(isQuiet);
  }
});

function nameOf(event: HostEvent): string | undefined {
  return 'functionName' in event ? event.functionName : undefined;
}

test('console lines name their stream; those of the worker itself are log lines', async () => {
  await host.fetch('/api/console');
  expect(await host.next('console', ({ line }) => line === 'to stdout')).toMatchObject({ stream: 'stdout' });
  expect(await host.next('console', ({ line }) => line === 'to stderr')).toMatchObject({ stream: 'stderr' });
  expect(await host.next('log', ({ message }) => message === 'from the worker')).toMatchObject({ category: 'Worker' });
});

test('a line that is logged after the function has ended is kept, with a warning before it', async () => {
  await host.fetch('/api/late');
  const line = await host.next('log', ({ message }) => message === 'too late');
  const warning = await host.next('log', ({ message }) => message.includes("Unexpected call to 'log'"));
  expect(warning).toMatchObject({ level: 'warning', functionName: 'late', invocationId: line.invocationId });
});

test('console lines and the end of the request come in the order in which they happened', async () => {
  const other = await startTestHost('v4-responses');
  const app = await startTestHost('v4-logs', { functions: ['console'] });
  await fetch(`${app.url}/api/console?code=secret`);
  const request = await app.next('request-finished');
  expect(request).toMatchObject({ method: 'GET', path: '/api/console', status: 200 });
  const order = app.events.flatMap((event) => {
    if (event.type === 'console') return event.at === undefined ? [] : event.line;
    return event.type.startsWith('invocation-') || event.type === 'request-finished' ? event.type : [];
  });
  expect(order).toEqual(['invocation-started', 'to stdout', 'to stderr', 'invocation-finished', 'request-finished']);
  await fetch(`${other.url}/admin/host/status`);
  await fetch(`${other.url}/nowhere`);
  expect(await other.next('request-finished')).toMatchObject({ path: '/nowhere', status: 404 });
});
