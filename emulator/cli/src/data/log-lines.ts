import { open, stat } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;

/** Reads a file that grows, line by line. */
export class LogLines {
  readonly path: string;
  #position = 0;
  /** Keeps the bytes of a character whose end is not in the file yet. */
  #decoder = new TextDecoder();
  /** What is behind the last line end. */
  #rest = '';

  constructor(path: string) {
    this.path = path;
  }

  /** Passes on the lines that were completed since the last call. Resolves with whether the file exists. */
  async read(onLines: (lines: readonly string[]) => void): Promise<boolean> {
    const size = await stat(this.path).then(
      (stats) => stats.size,
      () => undefined,
    );
    // A file that is shorter was begun anew, as one that was deleted will be.
    if (size === undefined || size < this.#position) this.#beginAnew();
    if (size === undefined) return false;
    if (size > this.#position) await this.#readOn(onLines);
    return true;
  }

  #beginAnew(): void {
    this.#position = 0;
    this.#decoder = new TextDecoder();
    this.#rest = '';
  }

  async #readOn(onLines: (lines: readonly string[]) => void): Promise<void> {
    const file = await open(this.path, 'r');
    try {
      const buffer = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#position);
        if (bytesRead === 0) return;
        this.#position += bytesRead;
        const text = this.#decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
        const lines = `${this.#rest}${text}`.split('\n');
        this.#rest = lines.pop() ?? '';
        onLines(lines);
      }
    } finally {
      await file.close();
    }
  }
}
