import { PassThrough } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { listenForKeys } from './keys.ts';

/** A terminal, as far as keys are concerned. */
function openTerminal(isTTY: boolean) {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: (mode: boolean) => void modes.push(mode) });
  const calls: string[] = [];
  const actions = {
    open: () => void calls.push('open'),
    dashboard: () => void calls.push('dashboard'),
    reload: () => void calls.push('reload'),
    quit: () => void calls.push('quit'),
  };
  const terminal = { out: (text: string) => void calls.push(`out ${JSON.stringify(text)}`) };
  // Only what listenForKeys() uses of a terminal.
  const keys = listenForKeys(input as unknown as ReadStream, actions, terminal);
  return { input, keys, calls, modes };
}

test('listenForKeys() carries out each key, and Ctrl-C as q', async () => {
  const { input, keys, calls, modes } = openTerminal(true);
  input.write('odrxc');
  input.write('q\u0003');
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toEqual(['open', 'dashboard', 'reload', expect.stringMatching(/^out /), 'quit', 'quit']);
  await keys.close();
  expect(modes).toEqual([true, false]);
});

test('listenForKeys() leaves an input alone that is no terminal', async () => {
  const { input, keys, calls, modes } = openTerminal(false);
  input.write('q');
  await keys.close();
  expect([calls, modes, input.listenerCount('data')]).toEqual([[], [], 0]);
});
