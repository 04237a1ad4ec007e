import { spawn } from 'node:child_process';
import type { ReadStream } from 'node:tty';
import type { Closeable } from '@lazurite/runtime';
import type { Terminal } from '../terminal.ts';

export interface KeyActions {
  /** Opens the app in a browser. */
  readonly open: () => void;
  /** Opens the dashboard; does nothing where there is none. */
  readonly dashboard: () => void;
  readonly reload: () => void;
  readonly quit: () => void;
}

export const KEY_HINTS =
  'Keys: o opens the app in a browser, d the dashboard, r reloads it, c clears the screen, q quits';

const CLEAR_SCREEN = '\u001b[2J\u001b[3J\u001b[H';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/**
 * Reacts to single keys, on a terminal alone; elsewhere input is left to whom it is meant for. In raw mode the terminal
 * sends no signal for Ctrl-C: it arrives as a key, and quits as the signal would.
 */
export function listenForKeys(input: ReadStream, actions: KeyActions, terminal: Pick<Terminal, 'out'>): Closeable {
  if (input.isTTY !== true) return { close: async () => undefined };
  const byKey: Readonly<Record<string, () => void>> = {
    o: actions.open,
    d: actions.dashboard,
    r: actions.reload,
    c: () => terminal.out(CLEAR_SCREEN),
    q: actions.quit,
    [CTRL_C]: actions.quit,
    [CTRL_D]: actions.quit,
  };
  const onData = (data: Buffer): void => {
    for (const key of data.toString('latin1')) byKey[key]?.();
  };
  input.setRawMode(true);
  input.on('data', onData).resume();
  return {
    close: async () => {
      input.off('data', onData).pause();
      input.setRawMode(false);
    },
  };
}

/** Where there is no browser, nothing happens. */
export function openInBrowser(url: string, platform: NodeJS.Platform): void {
  const [file, args] =
    platform === 'win32'
      ? ['cmd', ['/c', 'start', '""', url]]
      : platform === 'darwin'
        ? ['open', [url]]
        : ['xdg-open', [url]];
  spawn(file, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
