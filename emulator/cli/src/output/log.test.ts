import { VirtualClock } from '@lazurite/runtime';
import { createLog } from './log.ts';

function logTo(lines: string[], { isColourful = false, verbose = false } = {}) {
  const terminal = { out: () => undefined, error: (text: string) => void lines.push(text), isColourful };
  return createLog(terminal, { clock: new VirtualClock(Date.UTC(2026, 0, 1)), verbose });
}

test('createLog() writes one JSON object a line, errors with stack and cause', () => {
  const lines: string[] = [];
  const error = new Error('outer\nline', { cause: new Error('inner') });
  logTo(lines).error({ err: error, path: '/a' }, 'It failed');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    time: '2026-01-01T00:00:00.000Z',
    message: 'It failed',
    path: '/a',
    err: { message: 'outer\nline', cause: { message: 'inner' } },
  });
});

test('createLog() writes lines for a person at a terminal', () => {
  const lines: string[] = [];
  logTo(lines, { isColourful: true }).warn({ port: 1 }, 'Look');
  expect(lines).toEqual(['[2026-01-01T00:00:00.000Z] warn: Look port=1\n']);
});

test('createLog() writes debug lines only when they are wanted', () => {
  const lines: string[] = [];
  logTo(lines).debug({}, 'hidden');
  logTo(lines, { verbose: true }).debug({}, 'shown');
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(['shown']);
});
