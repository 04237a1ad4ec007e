// Preloaded into the server that is attacked: measures the processor time of the event loop between two looks, which a timer of
// one millisecond takes as often as it can. What is much longer is work that did not yield. Other programs do not count.
const LOOK_INTERVAL_MS = 1;
const MICROSECONDS_PER_MS = 1_000;
/** A stretch that is longer is sent at once, so that the attacker knows which queries ran. */
const LONG_MS = 20;

let stretches: number[] = [];
let before = usedMs();

function usedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / MICROSECONDS_PER_MS;
}

setInterval(() => {
  const now = usedMs();
  const stretch = now - before;
  stretches.push(stretch);
  if (stretch > LONG_MS) process.send?.(stretch);
  before = now;
}, LOOK_INTERVAL_MS).unref();

/** Sends the stretches since the last request, and begins anew. */
process.on('message', () => {
  process.send?.(stretches);
  stretches = [];
});
process.channel?.unref();
