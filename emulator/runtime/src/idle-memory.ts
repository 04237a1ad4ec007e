import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock, Timer } from './clock.ts';
import type { Closeable } from './lifecycle.ts';

/** How often the process looks at itself. */
const LOOK_MS = 2_000;
/** CPU time per look beyond which the process works: 5 %. */
const BUSY_MS = 100;
/** CPU time since the last collection below which there is nothing to win. */
const WORTH_MS = 1_000;

/**
 * Collects garbage once the process rests after work. V8 keeps the heap of the busiest moment until it next needs
 * memory, which in a process that nobody calls is never; after 10,000 requests that is more than half of what it holds.
 */
export function releaseMemoryWhenIdle(clock: Clock): Closeable {
  let [seenMs, collectedMs] = [cpuMs(), cpuMs()];
  let timer: Timer = clock.setTimer(LOOK_MS, look);
  function look(): void {
    const usedMs = cpuMs();
    if (usedMs - seenMs < BUSY_MS && usedMs - collectedMs > WORTH_MS) {
      collectGarbage();
      collectedMs = cpuMs();
    }
    seenMs = cpuMs();
    timer = clock.setTimer(LOOK_MS, look);
  }
  return { close: async () => timer.cancel() };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

let collect: (() => void) | undefined;

/** Node offers the collector only under a flag, which may be set at any time and then holds for new contexts. */
function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    // What the flag puts into every new context.
    collect = runInNewContext('() => gc({ type: "major", flavor: "last-resort" })') as () => void;
  }
  collect();
}
