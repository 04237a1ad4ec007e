import { closeTestHosts, startTestHost } from '../../testing/test-host.ts';
import { readDebugging } from './debugging.ts';

afterEach(closeTestHosts);

test.each([
  [
    ['--inspect', '-r', './x.js'],
    {
      address: { host: '127.0.0.1', port: 9229 },
      waits: false,
      firstArguments: ['--inspect=127.0.0.1:9229', '-r', './x.js'],
      laterArguments: ['-r', './x.js'],
    },
  ],
  [
    ['--inspect-brk=9333'],
    { address: { host: '127.0.0.1', port: 9333 }, waits: true, firstArguments: ['--inspect-brk=9333'] },
  ],
  [['--inspect-wait=0.0.0.0:0'], { address: { host: '0.0.0.0', port: 0 }, waits: true }],
  [['--inspect-port=9333', '--no-warnings'], { address: undefined, waits: false }],
])('%j means %j', (nodeArguments, expected) => {
  expect(readDebugging(nodeArguments)).toMatchObject(expected);
});

const LISTENING = /^Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)\//;

test('languageWorkers__node__arguments opens the inspector, which the next worker takes over on reload', async () => {
  const env = { ...process.env, languageWorkers__node__arguments: '--inspect=127.0.0.1:0 --no-warnings' };
  const host = await startTestHost('v4-cjs', { env });
  const first = await host.next('console', ({ line }) => LISTENING.test(line));
  await host.reload();
  const second = await host.next('console', ({ line }) => LISTENING.test(line) && line !== first.line);
  expect((await fetch(`${host.url}/api/hello`)).status).toBe(200);
  const port = LISTENING.exec(second.line)?.[1];
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as unknown[];
  expect(targets).toHaveLength(1);
});

test('with --inspect-brk the app is loaded when a debugger has attached, however long that takes', async () => {
  const lines: string[] = [];
  const starting = startTestHost('v4-cjs', {
    nodeArguments: ['--inspect-brk=0'],
    startTimeoutMs: 50,
    onEvent: (event) => {
      if (event.type === 'console') lines.push(event.line);
    },
  });
  while (!lines.some((line) => LISTENING.test(line))) await new Promise((resolve) => setTimeout(resolve, 20));
  const url = /ws:\S+/.exec(lines.find((line) => LISTENING.test(line)) ?? '')?.[0] ?? '';
  const socket = new WebSocket(url);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const send = (id: number, method: string) => socket.send(JSON.stringify({ id, method }));
  socket.addEventListener('message', ({ data }) => {
    if (JSON.parse(String(data)).method === 'Debugger.paused') send(3, 'Debugger.resume');
  });
  send(1, 'Debugger.enable');
  send(2, 'Runtime.runIfWaitingForDebugger');
  const host = await starting;
  expect((await fetch(`${host.url}/api/hello`)).status).toBe(200);
  socket.close();
});
