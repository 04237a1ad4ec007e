import { once } from 'node:events';
import type { Terminal } from './terminal.ts';

/**
 * `--pause-on-error`: waits for a key, so that a window that closes with the command can be read first
 * (azure-functions-core-tools `ConsoleApp.cs`). Where there is no keyboard, it waits for nothing.
 */
export async function pauseForKey(input: NodeJS.ReadStream, terminal: Pick<Terminal, 'error'>): Promise<void> {
  if (!input.isTTY) return;
  terminal.error('Press any key to continue....\n');
  input.setRawMode(true); // one key, not a line
  input.resume();
  await once(input, 'data');
  input.setRawMode(false);
  input.pause();
}
