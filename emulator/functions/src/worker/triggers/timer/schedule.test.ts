import fc from 'fast-check';
import { nextOccurrences, parseSchedule, ScheduleError } from './schedule.ts';

function next(expression: string, after: string, count = 1, timeZone = 'UTC'): string[] {
  const times = nextOccurrences(parseSchedule(expression, timeZone), Date.parse(after), count);
  return times.map((time) => new Date(time).toISOString().replace('.000Z', 'Z'));
}

describe('parseSchedule()', () => {
  test.each([
    ['*/5 * * * * *', '2026-01-01T00:00:00Z', ['2026-01-01T00:00:05Z', '2026-01-01T00:00:10Z']],
    ['0 */5 * * * *', '2026-01-01T00:00:00.500Z', ['2026-01-01T00:05:00Z', '2026-01-01T00:10:00Z']],
    ['*/5 * * * *', '2026-01-01T00:00:00Z', ['2026-01-01T00:05:00Z', '2026-01-01T00:10:00Z']],
    ['0 5/15 * * * *', '2026-01-01T00:00:00Z', ['2026-01-01T00:05:00Z', '2026-01-01T00:20:00Z']],
    ['0 0 9-17/4 * * mon-FRI', '2026-01-02T13:00:00Z', ['2026-01-02T17:00:00Z', '2026-01-05T09:00:00Z']],
    ['0 0 0 * * Fri-Mon', '2026-01-02T00:00:00Z', ['2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z']],
    ['0 0 0 1,15 Jan,july *', '2026-01-16T00:00:00Z', ['2026-07-01T00:00:00Z', '2026-07-15T00:00:00Z']],
    ['0 0 0 13 * 5', '2026-01-01T00:00:00Z', ['2026-02-13T00:00:00Z', '2026-03-13T00:00:00Z']],
    ['0 0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['00:00:30', '2026-01-01T00:00:01Z', ['2026-01-01T00:00:31Z', '2026-01-01T00:01:01Z']],
    ['24:00:00', '2026-01-01T00:00:00Z', ['2026-01-25T00:00:00Z', '2026-02-18T00:00:00Z']],
    ['25:00:00:00', '2026-01-01T00:00:00Z', ['2026-01-26T00:00:00Z', '2026-02-20T00:00:00Z']],
    ['1.00:00:00', '2026-01-01T00:00:00Z', ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']],
  ])('%s after %s is due at %j', (expression, after, expected) => {
    expect(next(expression, after, expected.length)).toEqual(expected);
  });

  test('has no occurrence on a day that never comes', () => {
    expect(parseSchedule('0 0 0 30 2 *').next(0)).toBeUndefined();
  });

  test('skips no day when the clock goes forward, and runs a fixed time once when it goes back', () => {
    const newYork = 'America/New_York';
    expect(next('0 30 2 * * *', '2026-03-07T12:00:00Z', 2, newYork)).toEqual([
      '2026-03-08T07:00:00Z',
      '2026-03-09T06:30:00Z',
    ]);
    expect(next('0 30 1 * * *', '2026-11-01T03:00:00Z', 2, newYork)).toEqual([
      '2026-11-01T05:30:00Z',
      '2026-11-02T06:30:00Z',
    ]);
    expect(next('0 0 9 * * *', '2026-03-07T13:00:00Z', 2, newYork)).toEqual([
      '2026-03-07T14:00:00Z',
      '2026-03-08T13:00:00Z',
    ]);
  });

  test('keeps a short interval through the hour that comes twice', () => {
    const times = nextOccurrences(parseSchedule('0 */20 * * * *', 'America/New_York'), Date.UTC(2026, 10, 1, 5), 6);
    const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(steps).toEqual([1_200_000, 1_200_000, 1_200_000, 1_200_000, 1_200_000]);
  });

  test.each([
    '',
    '*',
    '* * * *',
    '* * * * * * *',
    '60 * * * * *',
    '* * * 0 * *',
    '* * * * 13 *',
    '* * * * * 7',
    '*/a * * * *',
  ])('rejects %j', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(ScheduleError);
  });

  test.each([
    '1-2-3 * * * *',
    '1//2 * * * *',
    '? * * * *',
    '0 0 L * *',
    '0 0 * * 1#2',
    '-1 * * * *',
    '00:00:00',
    '-00:00:01',
    '24:00',
  ])('rejects %j', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(
      `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
    );
  });

  test('always moves forward', () => {
    const field = fc.oneof(
      fc.constant('*'),
      fc.integer({ min: 1, max: 6 }).map(String),
      fc.constant('*/3'),
      fc.constant('2-5'),
    );
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 5, maxLength: 6 }),
        fc.integer({ min: 0, max: 4e12 }),
        (fields, after) => {
          const due = parseSchedule(fields.join(' '), 'Europe/Berlin').next(after);
          expect(due === undefined || due > after).toBe(true);
        },
      ),
    );
  });
});
