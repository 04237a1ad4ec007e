import type { IncomingMessage, ServerResponse } from 'node:http';
import { VirtualClock } from '@lazurite/runtime';
import { yieldToEventLoop } from './request-intake.ts';

/** Sends five requests in one turn of the event loop, each of which takes `blockMs`; how many were served at once. */
async function serveFive(blockMs: number): Promise<{ atOnce: number; inTheEnd: number[] }> {
  const clock = new VirtualClock();
  const served: number[] = [];
  const listener = yieldToEventLoop((message) => {
    served.push(Number(message.url));
    clock.set(clock.now() + blockMs);
  }, clock);
  for (let index = 0; index < 5; index++)
    listener({ url: String(index), headers: {} } as IncomingMessage, {} as ServerResponse);
  const atOnce = served.length;
  while (served.length < 5) await new Promise((resolve) => setImmediate(resolve));
  return { atOnce, inTheEnd: served };
}

test('requests that do not block are served in the turn in which they come', async () => {
  expect(await serveFive(0)).toEqual({ atOnce: 5, inTheEnd: [0, 1, 2, 3, 4] });
});

test('after a request that blocks, the others wait for the next turns, in their order', async () => {
  expect(await serveFive(10)).toEqual({ atOnce: 1, inTheEnd: [0, 1, 2, 3, 4] });
});
