import type { HostEvent } from '@lazurite/functions';
import type { Clock } from '@lazurite/runtime';
import type { Stack } from '../stack.ts';
import type { Terminal } from '../terminal.ts';

/** What a running stack tells whoever started it. */
export interface Console {
  report(event: HostEvent): void;
  /** Requests are served from now on. */
  ready(stack: Stack): Promise<void>;
}

export interface ConsoleOptions {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
  readonly verbose: boolean;
  readonly scriptRoot: string;
  /** Undefined: nothing is kept. */
  readonly dataDir: string | undefined;
  readonly version: string;
  /** As which the command was called. */
  readonly name: string;
  /** The least level of user logs that is shown; absent: as usual. */
  readonly userLogLevel?: string;
}
