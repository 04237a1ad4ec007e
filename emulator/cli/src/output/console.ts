import type { HostEvent } from '@lazurite/functions';
import type { Clock } from '@lazurite/runtime';
import type { Stack } from '../stack.ts';
import type { Terminal } from '../terminal.ts';

/** What a running stack tells whoever started it. */
export interface Console {
  report(event: HostEvent): void;
  /** Requests are served from now on. */
  ready(stack: Stack, pages?: Pages): Promise<void>;
}

/** What a person can open besides the app. */
export interface Pages {
  /** The address of the dashboard, with its token; absent where there is none. */
  readonly dashboard?: string;
}

/** A package that runs instead of a folder. */
export interface PackageNotice {
  readonly file: string;
  readonly sha256: string;
  /** Null: app settings come from the environment alone. */
  readonly settingsFile: string | null;
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
  /** Absent: the app runs from `scriptRoot` itself. */
  readonly notice?: PackageNotice;
  /** As which the command was called. */
  readonly name: string;
  /** The least level of user logs that is shown; absent: as usual. */
  readonly userLogLevel?: string;
}
