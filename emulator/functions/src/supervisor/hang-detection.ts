import type { Clock, Timer } from '@lazurite/runtime';

export interface HangDetectionOptions {
  readonly clock: Clock;
  /** Resolves when the process has answered. */
  readonly ping: () => Promise<void>;
  /** How long a ping may go unanswered. */
  readonly limitMs: number;
  /** Called once. */
  readonly onHung: () => void;
}

const MIN_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 30_000;

/** Detects that the event loop of a process has stopped turning. Returns what ends the detection. */
export function detectHang({ clock, ping, limitMs, onHung }: HangDetectionOptions): () => void {
  const intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, limitMs / 4));
  let timer: Timer | undefined;
  let stopped = false;
  function ask(): void {
    timer = clock.setTimer(limitMs, () => {
      if (!stopped) onHung();
    });
    void ping().then(() => {
      timer?.cancel();
      if (!stopped) timer = clock.setTimer(intervalMs, ask);
    });
  }
  ask();
  return () => {
    stopped = true;
    timer?.cancel();
  };
}

/**
 * Evaluates an expression in a process whose inspector listens at `url`, even while a loop runs there. Resolves to
 * undefined when the evaluation failed.
 */
export function evaluateIn(url: string, expression: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.addEventListener('error', () => reject(new Error(`The inspector at ${url} cannot be reached`)));
    socket.addEventListener('close', () => reject(new Error(`The inspector at ${url} went away`)));
    socket.addEventListener('open', () => {
      const request = { id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } };
      socket.send(JSON.stringify(request));
    });
    socket.addEventListener('message', ({ data }) => {
      resolve(readResult(JSON.parse(String(data))));
      socket.close();
    });
  });
}

/** Inspector protocol: `{ id, result: { result: { value } } }`. */
function readResult(message: { readonly result?: { readonly result?: { readonly value?: unknown } } }): unknown {
  return message.result?.result?.value;
}
