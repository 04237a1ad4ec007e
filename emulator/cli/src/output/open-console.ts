import { closeSync, createWriteStream, openSync, renameSync, type WriteStream, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../errors.ts';
import type { Console, ConsoleOptions } from './console.ts';
import { jsonConsole, type LineWriter } from './json-console.ts';
import { textConsole } from './text-console.ts';

export interface OutputFlags {
  readonly json: boolean;
  readonly enableJsonOutput: boolean;
  readonly jsonOutputFile?: string;
}

/** Text or JSON on stdout, JSON in the data directory for `lazurite logs`, and in a file when one is named. @throws CommandError when the file cannot be written */
export function openConsole(flags: OutputFlags, options: ConsoleOptions): Console {
  const { terminal, process } = options;
  const { dataDir } = options;
  const isJson = flags.json || flags.enableJsonOutput;
  const outputs: readonly LineWriter[] = [
    ...(isJson ? [(line: string) => terminal.out(line)] : []),
    ...(dataDir === undefined ? [] : [logWriter(dataDir)]),
    ...(flags.jsonOutputFile === undefined ? [] : [fileWriter(flags.jsonOutputFile, process)]),
  ];
  const json = jsonConsole(outputs, process.pid);
  if (isJson) return json;
  return outputs.length === 0 ? textConsole(options) : both(textConsole(options), json);
}

function both(first: Console, second: Console): Console {
  return {
    report: (event) => {
      first.report(event);
      second.report(event);
    },
    ready: async (stack, pages) => {
      await first.ready(stack, pages);
      await second.ready(stack, pages);
    },
  };
}

function fileWriter(path: string, process: NodeJS.Process): LineWriter {
  try {
    const file = openSync(path, 'w');
    process.once('exit', () => closeSync(file));
    return (line) => void writeSync(file, line);
  } catch (cause) {
    throw new CommandError('OutputFile', `--json-output-file '${path}' cannot be written`, { cause });
  }
}

/** In the data directory: the events of the last run, which `lazurite logs` prints. They hold no token and no key. */
export function logFileIn(dataDir: string): string {
  return join(dataDir, 'console.ndjson');
}

const MAX_LOG_BYTES = 10 * 1024 * 1024;
/** A disk that does not keep up loses lines rather than memory. */
const MAX_WAITING_BYTES = 1024 * 1024;
const OWNER_ONLY = 0o600;

/**
 * Begins anew at the first line, and at a limit, where it keeps what was before in a second file. Nothing is opened before
 * the first line: until the stack is ready, the log may be that of another that runs in the folder. A log that cannot be
 * written stops nothing.
 */
function logWriter(dataDir: string): LineWriter {
  const path = logFileIn(dataDir);
  let bytes = 0;
  let stream: WriteStream | undefined;
  return (line) => {
    stream ??= openLog(path);
    if (stream.writableLength > MAX_WAITING_BYTES) return;
    if (bytes > MAX_LOG_BYTES) {
      stream.end();
      ignoreErrors(() => renameSync(path, `${path}.1`));
      stream = openLog(path);
      bytes = 0;
    }
    bytes += Buffer.byteLength(line);
    stream.write(line);
  };
}

/** The folder may be no folder, or gone: whoever needs the data says so. */
function ignoreErrors(action: () => void): void {
  try {
    action();
  } catch {
    // The log stays incomplete.
  }
}

function openLog(path: string): WriteStream {
  return createWriteStream(path, { mode: OWNER_ONLY }).on('error', () => undefined);
}
