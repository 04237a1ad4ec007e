import type { HostEvent } from '@lazurite/functions';
import type { Console } from './console.ts';

/** Raised when a line changes in a way that a reader would misread; new members and new events do not count. */
const SCHEMA_VERSION = 1;

/** Takes a line with its line break. */
export type LineWriter = (line: string) => void;

/** One JSON object a line, to each output. The first is `ready`; what happened before it follows it. */
export function jsonConsole(outputs: readonly LineWriter[], pid: number): Console {
  const early: HostEvent[] = [];
  let isReady = false;
  function write(event: object): void {
    const line = `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...event })}\n`;
    for (const output of outputs) output(line);
  }
  return {
    report: (event) => {
      if (event.type === 'invocation-captured') return; // for the dashboard alone: it may hold secrets
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
