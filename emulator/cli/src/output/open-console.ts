import { closeSync, openSync, writeSync } from 'node:fs';
import { CommandError } from '../errors.ts';
import type { Console, ConsoleOptions } from './console.ts';
import { jsonConsole } from './json-console.ts';
import { logFileConsole } from './log-file.ts';
import { textConsole } from './text-console.ts';

export interface OutputFlags {
  readonly json: boolean;
  readonly enableJsonOutput: boolean;
  readonly jsonOutputFile?: string;
}

/** Text or JSON on stdout, text in the data directory, and JSON in a file when one is named. @throws CommandError when the file cannot be written */
export function openConsole(flags: OutputFlags, options: ConsoleOptions): Console {
  const { terminal, process } = options;
  const onScreen =
    flags.json || flags.enableJsonOutput
      ? jsonConsole((line) => terminal.out(line), process.pid)
      : textConsole(options);
  const kept = options.dataDir === undefined ? onScreen : both(onScreen, logFileConsole(options.dataDir, options));
  if (flags.jsonOutputFile === undefined) return kept;
  return both(kept, jsonConsole(fileWriter(flags.jsonOutputFile, process), process.pid));
}

function both(first: Console, second: Console): Console {
  return {
    report: (event) => {
      first.report(event);
      second.report(event);
    },
    ready: async (stack) => {
      await first.ready(stack);
      await second.ready(stack);
    },
  };
}

function fileWriter(path: string, process: NodeJS.Process): (line: string) => void {
  try {
    const file = openSync(path, 'w');
    process.once('exit', () => closeSync(file));
    return (line) => void writeSync(file, line);
  } catch (cause) {
    throw new CommandError('OutputFile', `--json-output-file '${path}' cannot be written`, { cause });
  }
}
