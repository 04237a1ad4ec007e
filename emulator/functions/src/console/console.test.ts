import { formatFunctionList } from './function-list.ts';
import { formatBanner, formatExecuted, formatExecuting, formatLogLine, isAlwaysShown } from './lines.ts';
import { coloured, paintFor, plain } from './paint.ts';

const http = {
  name: 'hello',
  triggerType: 'httpTrigger',
  methods: ['get', 'POST'],
  url: 'http://localhost:7071/api/hello',
  disabled: false,
};
const queue = { name: 'queueFn', triggerType: 'queueTrigger', disabled: false };

describe('formatFunctionList()', () => {
  test('lists HTTP functions, then others, then disabled ones', () => {
    const any = { ...http, name: 'any', methods: [] };
    expect(formatFunctionList([queue, { ...queue, name: 'off', disabled: true }, http, any])).toBe(
      '\nFunctions:\n\n' +
        '\thello: [GET,POST] http://localhost:7071/api/hello\n\n' +
        '\tany: http://localhost:7071/api/hello\n\n' +
        '\tqueueFn: queueTrigger\n\n' +
        'Function off is disabled.\n',
    );
  });

  test('colours names and addresses on a terminal', () => {
    expect(formatFunctionList([http], coloured)).toContain('\u001b[33mhello\u001b[39m: [GET,POST] \u001b[32mhttp://');
  });
});

test('formatLogLine() puts the time in UTC before the message', () => {
  expect(formatLogLine(Date.UTC(2026, 0, 31, 10), 'Ready')).toBe('[2026-01-31T10:00:00.000Z] Ready');
});

test('formatBanner() names tool and runtime', () => {
  expect(formatBanner({ tools: '4.1.0', runtime: '4.2.0' })).toBe(
    '\nAzure Functions Core Tools\nCore Tools Version:       4.1.0\nFunction Runtime Version: 4.2.0\n',
  );
});

test('formatExecuting() and formatExecuted() frame an invocation', () => {
  const started = { functionName: 'hello', invocationId: 'id-1', reason: 'Why.' };
  expect(formatExecuting(started)).toEqual(["Executing 'Functions.hello' (Reason='Why.', Id=id-1)"]);
  expect(formatExecuting({ ...started, details: 'MessageId: 1' })[1]).toBe('Trigger Details: MessageId: 1');
  const finished = { functionName: 'hello', invocationId: 'id-1', durationMs: 12.4 };
  expect(formatExecuted({ ...finished, succeeded: true })).toBe(
    "Executed 'Functions.hello' (Succeeded, Id=id-1, Duration=12ms)",
  );
  expect(formatExecuted({ ...finished, succeeded: false })).toContain('(Failed, Id=id-1');
});

test('isAlwaysShown() knows the lines tools wait for', () => {
  expect(isAlwaysShown('Worker process started and initialized.')).toBe(true);
  expect(isAlwaysShown("Host lock lease acquired by instance ID '0'.")).toBe(true);
  expect(isAlwaysShown('Anything else')).toBe(false);
});

test('paintFor() colours only a terminal that has colours', () => {
  expect(paintFor({ isTTY: true, hasColors: () => true })).toBe(coloured);
  expect(paintFor({ isTTY: true, hasColors: () => false })).toBe(plain);
  expect(paintFor({})).toBe(plain);
});
