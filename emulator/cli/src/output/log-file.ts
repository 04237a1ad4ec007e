import { createWriteStream, mkdirSync, renameSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Console, ConsoleOptions } from './console.ts';
import { textConsole } from './text-console.ts';

/** In the data directory: what `lazurite logs` prints. */
const FILE_NAME = 'console.log';
const MAX_BYTES = 10 * 1024 * 1024;
/** A disk that does not keep up loses lines rather than memory. */
const MAX_WAITING_BYTES = 1024 * 1024;
const OWNER_ONLY = 0o600;

export function logFileIn(dataDir: string): string {
  return join(dataDir, FILE_NAME);
}

/** The lines that the screen shows, kept in the data directory without colours, for the last run. Write errors are ignored. */
export function logFileConsole(dataDir: string, options: ConsoleOptions): Console {
  const file = new LogFile(logFileIn(dataDir));
  const terminal = { out: (text: string) => file.write(text), error: () => undefined, isColourful: false };
  const { report } = textConsole({ ...options, terminal, isColoured: false });
  return {
    report,
    ready: async ({ functions }) => file.write(`Functions are served at ${functions.url}\n`), // no token: this is kept
  };
}

/** Begins anew at a limit, and keeps what was before in a second file. */
class LogFile {
  readonly #path: string;
  #stream: WriteStream;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(join(path, '..'), { recursive: true });
    this.#stream = this.#open();
  }

  write(text: string): void {
    if (this.#stream.writableLength > MAX_WAITING_BYTES) return;
    if (this.#bytes > MAX_BYTES) this.#rotate();
    this.#bytes += Buffer.byteLength(text);
    this.#stream.write(text);
  }

  #rotate(): void {
    this.#stream.end();
    renameSync(this.#path, `${this.#path}.1`);
    this.#stream = this.#open();
  }

  #open(): WriteStream {
    this.#bytes = 0;
    // A disk that is full, or a folder that is gone, must not end the stack.
    return createWriteStream(this.#path, { mode: OWNER_ONLY }).on('error', () => undefined);
  }
}
