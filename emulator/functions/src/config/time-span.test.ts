import { parseTimeSpan } from './time-span.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// The values are those of TimeSpan.Parse(text, CultureInfo.InvariantCulture).
test.each([
  ['7', 7 * DAY],
  ['-1', -DAY],
  ['00:30', 30 * MINUTE],
  ['1:2:3', HOUR + 2 * MINUTE + 3 * SECOND],
  ['001:00:00', HOUR],
  ['23:59:59.9999999', DAY - 0.0001],
  ['00:00:01.5', 1.5 * SECOND],
  ['24:00:00', 24 * DAY],
  ['25:00:00', 25 * DAY],
  ['30:12:30', 30 * DAY + 12 * HOUR + 30 * MINUTE],
  ['25:00:00:00', 25 * DAY],
  ['1:02:03:04.5', DAY + 2 * HOUR + 3 * MINUTE + 4.5 * SECOND],
  ['1.12:30', DAY + 12 * HOUR + 30 * MINUTE],
  ['1.00:00:00', DAY],
  ['100.00:00:00', 100 * DAY],
  [' 00:00:30 ', 30 * SECOND],
  ['-1.00:00:00', -DAY],
])('parseTimeSpan(%j) is %d ms', (text, expected) => {
  expect(parseTimeSpan(text)).toBeCloseTo(expected, 6);
});

test.each([
  '',
  '-',
  'soon',
  '24:00',
  '00:60',
  '10:60:00',
  '10:00:60',
  '24:24:00',
  '24:00:60',
  '24:00:00.5',
  '1.24:00:00',
  '1:2:3:4:5',
  '00:00:00.12345678',
  '1,5',
  '10675200',
  '9'.repeat(400),
])('parseTimeSpan(%j) is undefined', (text) => {
  expect(parseTimeSpan(text)).toBeUndefined();
});
