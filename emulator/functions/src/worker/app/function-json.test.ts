import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

afterEach(closeTestHosts);

const BINDINGS =
  '[{"name":"req","type":"httpTrigger","authLevel":"anonymous"},{"name":"res","type":"http","direction":"out"}]';
const HTTP = `{"bindings":${BINDINGS}}`;
const OK = 'module.exports = async (context) => { context.res = { body: "one" }; };';

async function write(appRoot: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(appRoot, name)), { recursive: true });
    await writeFile(join(appRoot, name), text);
  }
}

/** An app with the function `good`, and what the test adds. */
async function makeApp(files: Readonly<Record<string, string>>): Promise<string> {
  const appRoot = await mkdtemp(join(tmpdir(), 'lazurite-'));
  await write(appRoot, { 'host.json': '{"version":"2.0"}', 'good/function.json': HTTP, 'good/index.js': OK, ...files });
  return appRoot;
}

async function call(host: TestHost, name: string): Promise<string> {
  const response = await fetch(`${host.url}/api/${name}`);
  return response.ok ? response.text() : String(response.status);
}

describe('a function.json function that cannot be loaded is in error, and the others serve:', () => {
  test.each<[title: string, files: Record<string, string>, reason: string]>([
    [
      'a missing package',
      { 'bad/function.json': HTTP, 'bad/index.js': "require('not-installed')" },
      "Cannot find module 'not-installed'",
    ],
    ['a script that throws', { 'bad/function.json': HTTP, 'bad/index.js': "throw new Error('no key')" }, 'no key'],
    ['a syntax error', { 'bad/function.json': HTTP, 'bad/index.js': 'module.exports = (' }, 'Unexpected'],
    ['a missing script', { 'bad/function.json': HTTP }, 'no script'],
    [
      'a scriptFile that does not exist',
      { 'bad/function.json': `{"scriptFile":"../dist/x.js","bindings":${BINDINGS}}` },
      'does not exist',
    ],
    ['a scriptFile that is no text', { 'bad/function.json': `{"scriptFile":1,"bindings":${BINDINGS}}` }, 'scriptFile'],
    ['a cut-off function.json', { 'bad/function.json': HTTP.slice(0, -3), 'bad/index.js': OK }, 'is not valid JSON'],
    ['a function.json without bindings', { 'bad/function.json': '{}', 'bad/index.js': OK }, '"bindings"'],
    [
      'two exports without an entryPoint',
      { 'bad/function.json': HTTP, 'bad/index.js': 'exports.a = () => 1; exports.b = () => 2;' },
      'unable to determine which function',
    ],
    [
      'an unknown route constraint',
      {
        'bad/function.json': HTTP.replace('"httpTrigger"', '"httpTrigger","route":"bad/{id:nosuch}"'),
        'bad/index.js': OK,
      },
      'nosuch',
    ],
  ])('%s', async (_title, files, reason) => {
    const host = await startTestHost('', { scriptRoot: await makeApp(files) });
    const { message } = await host.next('log', (event) => event.message.startsWith("The 'bad' function is in error: "));
    expect(message).toContain(reason);
    expect(host.functions.map(({ name }) => name)).toEqual(['good']);
    expect(await call(host, 'good')).toBe('one');
    expect(await call(host, 'bad')).toBe('404');
  });
});

test('a function that host.json does not ask for is not loaded', async () => {
  const files = { 'bad/function.json': HTTP, 'bad/index.js': "throw new Error('loaded')" };
  const host = await startTestHost('', { scriptRoot: await makeApp(files), functions: ['good'] });
  expect(await call(host, 'good')).toBe('one');
  expect(host.events).not.toContainEqual(expect.objectContaining({ message: expect.stringContaining('in error') }));
});

test('while watching, a broken function does not keep a changed one from being reloaded', async () => {
  const scriptRoot = await makeApp({ 'bad/function.json': HTTP, 'bad/index.js': "require('not-installed')" });
  const host = await startTestHost('', { scriptRoot, watch: true });
  expect(await call(host, 'good')).toBe('one');
  await write(scriptRoot, { 'good/index.js': OK.replace('one', 'two') });
  let answer = 'one';
  while (answer === 'one') answer = await call(host, 'good');
  expect(answer).toBe('two');
});

test('function.json may have comments, trailing commas and a byte order mark', async () => {
  const text = `\uFEFF// a comment\n{ /* another */ "bindings": ${BINDINGS.replace(']', ',]')}, }`;
  const host = await startTestHost('', {
    scriptRoot: await makeApp({ 'noted/function.json': text, 'noted/index.js': OK }),
  });
  expect(await call(host, 'noted')).toBe('one');
});

const TIMER = '"bindings":[{"name":"timer","type":"timerTrigger","schedule":"0 0 0 1 1 *","runOnStartup":true}]';

test.each([
  '{"strategy":"fixedDelay","maxRetryCount":2,"delayInterval":"00:00:00.010"}',
  '{"strategy":"exponentialBackoff","maxRetryCount":2,"minimumInterval":"00:00:00.010","maximumInterval":"00:00:00.020"}',
])('the retry policy %s of a function.json repeats a failed invocation', async (retry) => {
  const script = `module.exports = async (context) => {
    const count = context.executionContext.retryContext?.retryCount ?? 0;
    if (count < 2) throw new Error('again');
    context.log('succeeded at retry ' + count);
  };`;
  const files = { 'tick/function.json': `{"retry":${retry},${TIMER}}`, 'tick/index.js': script };
  const host = await startTestHost('', { scriptRoot: await makeApp(files) });
  const { message } = await host.next('log', (event) => event.message.startsWith('succeeded'));
  expect(message).toBe('succeeded at retry 2');
});

test('a function whose retry policy is not valid is in error', async () => {
  const files = { 'tick/function.json': `{"retry":{"strategy":"fixedDelay"},${TIMER}}`, 'tick/index.js': OK };
  const host = await startTestHost('', { scriptRoot: await makeApp(files) });
  const { message } = await host.next('log', (event) => event.message.startsWith("The 'tick' function is in error"));
  expect(message).toContain("'retry.maxRetryCount' is required");
});
