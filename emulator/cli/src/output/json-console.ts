import type { HostEvent } from '@lazurite/functions';
import type { Console } from './console.ts';

/** Raised when a line changes in a way that a reader would misread; new members and new events do not count. */
const SCHEMA_VERSION = 1;

/** One JSON object a line. The first is `ready`; what happened before it follows it. */
export function jsonConsole(out: (line: string) => void, pid: number): Console {
  const early: HostEvent[] = [];
  let isReady = false;
  function write(event: object): void {
    out(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...event })}\n`);
  }
  return {
    report: (event) => {
      if (isReady) write(toLine(event));
      else early.push(event);
    },
    ready: async ({ functions, cosmos, issuer }) => {
      write({ event: 'ready', functions: functions.url, cosmos: cosmos.endpoint, issuer: issuer.url, pid });
      isReady = true;
      for (const event of early.splice(0)) write(toLine(event));
    },
  };
}

function toLine({ type, ...rest }: HostEvent): object {
  return { event: type, ...rest };
}
