import { TransferError } from './errors.ts';

/** An item of 2 MB, escaped at its worst, and what is around it. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

export interface NumberedLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** Cuts a stream of UTF-8 into its lines and leaves out empty ones. @throws TransferError BadLine for a line that does not end */
export async function* splitLines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      number += 1;
      if (text.trim() !== '') yield { number, text };
    }
    if (rest.length > MAX_LINE_CHARACTERS) throw new TransferError('BadLine', `Line ${number + 1} is too long`);
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield { number: number + 1, text: rest };
}
