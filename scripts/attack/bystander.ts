import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** How long the point reads of each server took, in milliseconds. */
export interface Waits {
  /** Of the server that is attacked. */
  readonly attacked: readonly number[];
  /** Of a server beside it that nobody else uses: what the machine takes. */
  readonly control: readonly number[];
}

/** What the thread gets when it starts. */
export interface BystanderData {
  readonly endpoints: Readonly<Record<keyof Waits, string>>;
}

/** Reads the item `point` of both servers, on a thread of its own, while something else runs. */
export async function readMeanwhile(
  endpoints: BystanderData['endpoints'],
  act: () => Promise<unknown>,
): Promise<Waits> {
  const workerData: BystanderData = { endpoints };
  const thread = new Worker(new URL('./read-meanwhile.ts', import.meta.url), { workerData });
  const result = once(thread, 'message'); // rejects when the thread fails
  try {
    await Promise.race([act(), result]);
    thread.postMessage('end');
    const [waits]: unknown[] = await result;
    return waits as Waits; // as the thread sends it
  } finally {
    await thread.terminate();
  }
}

/** The value below which this share of the values lies; NaN when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
