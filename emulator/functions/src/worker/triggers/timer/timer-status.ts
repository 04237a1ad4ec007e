import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '@lazurite/runtime';

/** The stored status of a timer. Milliseconds since the Unix epoch. */
export interface TimerStatus {
  /** When it last ran; undefined: never. */
  readonly last: number | undefined;
  /** When it is due next; undefined: never again. */
  readonly next: number | undefined;
  readonly lastUpdated: number;
}

/** Port: stores the status of one timer. Azure's host uses a blob, this host a file. */
export interface TimerStatusStore {
  /** Undefined when nothing valid is stored. */
  load(): Promise<TimerStatus | undefined>;
  save(status: TimerStatus): Promise<void>;
}

/** For a host whose clock and state live as long as itself. */
export function memoryTimerStatusStore(): TimerStatusStore {
  let stored: TimerStatus | undefined;
  return {
    load: async () => stored,
    save: async (status) => {
      stored = status;
    },
  };
}

export function fileTimerStatusStore(dataDir: string, functionName: string): TimerStatusStore {
  const path = join(dataDir, 'timers', `${functionName}.json`);
  return {
    load: async () => parseStatus(await readFile(path, 'utf8').catch(() => '')),
    save: ({ last, next, lastUpdated }) => {
      const text = JSON.stringify({ Last: toIso(last), Next: toIso(next), LastUpdated: toIso(lastUpdated) });
      return writeDurably(path, text);
    },
  };
}

function toIso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

function parseStatus(text: string): TimerStatus | undefined {
  const match = /^\{"Last":(null|"[^"]+"),"Next":(null|"[^"]+"),"LastUpdated":"([^"]+)"\}$/.exec(text);
  const [, last = '', next = '', updated = ''] = match ?? [];
  const lastUpdated = Date.parse(updated);
  return Number.isNaN(lastUpdated) ? undefined : { last: toTime(last), next: toTime(next), lastUpdated };
}

function toTime(json: string): number | undefined {
  const time = Date.parse(json.replaceAll('"', ''));
  return Number.isNaN(time) ? undefined : time;
}
