import { Cron } from 'croner';
import { parseTimeSpan } from '../../../config/time-span.ts';
import { FunctionsHostError } from '../../../errors.ts';
import { parseCronFields } from './cron-fields.ts';

export class ScheduleError extends FunctionsHostError {
  constructor(expression: string) {
    super(
      'InvalidSchedule',
      `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
    );
  }
}

/** When a timer is due. Times are milliseconds since the Unix epoch. */
export interface Schedule {
  /** The first occurrence after `after`; undefined when there is none, as for the 30th of February. */
  next(after: number): number | undefined;
  /** Whether occurrences follow the wall clock through changes of daylight saving time. */
  readonly adjustForDst: boolean;
}

/**
 * Parses an NCRONTAB expression of five or six fields, or a TimeSpan such as `00:00:30`.
 *
 * @param timeZone IANA name; default: that of the process
 * @throws ScheduleError
 */
export function parseSchedule(expression: string, timeZone?: string): Schedule {
  const fields = parseCronFields(expression);
  if (fields) return cronSchedule(fields, timeZone);
  const intervalMs = parseTimeSpan(expression);
  if (intervalMs === undefined || intervalMs <= 0) throw new ScheduleError(expression);
  return { adjustForDst: false, next: (after) => after + intervalMs };
}

function cronSchedule(fields: readonly string[], timeZone: string | undefined): Schedule {
  // A day must match both the day of month and the day of week, unlike in Vixie cron.
  const options = { paused: true, domAndDow: true, ...(timeZone !== undefined && { timezone: timeZone }) };
  const cron = new Cron(fields.join(' '), options);
  return { adjustForDst: true, next: (after) => cron.nextRun(new Date(after))?.getTime() };
}

/** The next `count` occurrences after `after`; fewer when there are no more. */
export function nextOccurrences(schedule: Schedule, after: number, count: number): readonly number[] {
  const occurrences: number[] = [];
  let last: number | undefined = after;
  while (occurrences.length < count) {
    last = schedule.next(last);
    if (last === undefined) break;
    occurrences.push(last);
  }
  return occurrences;
}
