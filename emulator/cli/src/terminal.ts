import { pipeline } from 'node:stream/promises';

/** Where a command writes. */
export interface Terminal {
  /** What the command is for; a script may read it. */
  out(text: string): void;
  /** What a person should know. */
  error(text: string): void;
  /** Whether `error` ends at a screen that shows colours. */
  readonly isColourful: boolean;
}

/** Writes all of the source to stdout. Who reads there may leave first (`| head -1`): then the rest is not written. */
export async function pipeToStdout(
  source: AsyncIterable<string> | NodeJS.ReadableStream,
  stdout: NodeJS.WriteStream,
): Promise<void> {
  await pipeline(source, stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
