import { PassThrough } from 'node:stream';
import { pauseForKey } from './pause.ts';

function keyboard(isTTY: boolean) {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: (mode: boolean) => modes.push(mode) });
  // The rest of a terminal's input plays no part here.
  return { input: input as unknown as NodeJS.ReadStream, press: () => input.write('x'), modes };
}

test('--pause-on-error waits for one key', async () => {
  const { input, press, modes } = keyboard(true);
  const lines: string[] = [];
  const pausing = pauseForKey(input, { error: (text) => lines.push(text) });
  expect([lines, modes]).toEqual([['Press any key to continue....\n'], [true]]);
  press();
  await pausing;
  expect([modes, input.isPaused()]).toEqual([[true, false], true]);
});

test('--pause-on-error waits for nothing where there is no keyboard', async () => {
  const { input, modes } = keyboard(false);
  await pauseForKey(input, { error: () => undefined });
  expect(modes).toEqual([]);
});
