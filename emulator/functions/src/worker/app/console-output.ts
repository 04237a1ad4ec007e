import { StringDecoder } from 'node:string_decoder';
import type { EventBatch } from '../invocation/event-batch.ts';

/** A stream that the app writes to: `process.stdout` or `process.stderr`. */
export type OutputStream = Pick<NodeJS.WriteStream, 'write'>;

export interface OutputOptions {
  readonly stream: 'stdout' | 'stderr';
  readonly events: EventBatch;
  readonly now: () => number;
}

type Callback = (error?: Error | null) => void;

/**
 * Reports the lines that the app writes to a stream of the process as events, between those of its invocations: through
 * the pipe of the process they would reach the supervisor earlier or later. Each write is sent at once, so that no line
 * is lost when the app then blocks the event loop or ends the process. An app that writes more than the supervisor
 * takes writes to the pipe, which makes it wait.
 *
 * @returns a function that reports what was written of the last line
 */
export function reportOutput(output: OutputStream, { stream, events, now }: OutputOptions): () => void {
  const decoder = new StringDecoder('utf8');
  const writeToPipe = output.write.bind(output);
  let rest = '';

  function report(line: string): void {
    events.push({ type: 'console', stream, line: line.replace(/\r$/, ''), at: now() });
  }

  function write(chunk: Uint8Array | string, encodingOrCallback?: BufferEncoding | Callback, last?: Callback): boolean {
    const isEncoding = typeof encodingOrCallback === 'string';
    const text = toText(chunk, isEncoding ? encodingOrCallback : 'utf8');
    const callback = isEncoding ? last : encodingOrCallback;
    if (events.isBackedUp) {
      const whole = rest + text;
      rest = '';
      return writeToPipe(whole, callback);
    }
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) report(line);
    if (lines.length > 0) events.flush();
    if (callback) process.nextTick(callback);
    return true;
  }

  /** Text in another encoding stands for bytes. */
  function toText(chunk: Uint8Array | string, encoding: BufferEncoding): string {
    if (typeof chunk === 'string' && /^utf-?8$/i.test(encoding)) return chunk;
    return decoder.write(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk));
  }

  output.write = write;
  return () => {
    if (rest !== '') report(rest);
    rest = '';
  };
}
