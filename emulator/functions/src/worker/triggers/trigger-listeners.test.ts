import { closeTestHosts, startTestHost } from '../../testing/test-host.ts';

afterEach(closeTestHosts);

test('a timer fires on its schedule, with the payload that the library expects', async () => {
  const host = await startTestHost('v4-timer');
  const started = await host.next('invocation-started', ({ functionName }) => functionName === 'everySecond');
  expect(started.reason).toMatch(/^Timer fired at /);
  const line = await host.next('log', ({ category }) => category === 'Function.everySecond.User');
  expect(line.message).toBe('false {"adjustForDST":true}');
});

test('a failing timer is retried as its policy says, with the retry context', async () => {
  const host = await startTestHost('v4-timer');
  const line = await host.next('log', ({ category }) => category === 'Function.retried.User');
  expect(line.message).toBe('retry 1 of 2');
});

test('a trigger that has no events here is named, with the way to call the function by hand', async () => {
  const host = await startTestHost('v4-timer');
  const line = await host.next('log', ({ message }) => message.includes("'bus'"));
  expect(line.message).toContain(`POST ${host.url}/admin/functions/bus`);
});

test('a disabled timer does not fire', async () => {
  const env = { ...process.env, 'AzureWebJobs.everySecond.Disabled': 'true' };
  const host = await startTestHost('v4-timer', { env });
  await host.next('invocation-started', ({ functionName }) => functionName === 'retried');
  expect(host.events).not.toContainEqual(
    expect.objectContaining({ type: 'invocation-started', functionName: 'everySecond' }),
  );
  expect(host.functions.find(({ name }) => name === 'everySecond')?.disabled).toBe(true);
});
