import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { startStack } from 'lazurite';
import { Tally } from './tally.ts';

export type Trigger = 'queue' | 'cosmos' | 'timer';

/** The soak app on a stack of its own, and what has run in it. */
export interface SoakStack {
  readonly tallies: Readonly<Record<Trigger, Tally>>;
  /** Log lines of level error, and failed invocations. */
  readonly errors: readonly string[];
  /** Sends the request of this number; resolves to its status, to 0 when no answer came. */
  send(n: number): Promise<number>;
  close(): Promise<void>;
}

const KEPT_ERRORS = 20;

/** @param capacity requests that will be sent at most */
export async function startSoakStack(capacity: number): Promise<SoakStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-soak-'));
  const firstTick = Math.floor(Date.now() / 2_000);
  const tallies = { queue: new Tally(capacity), cosmos: new Tally(capacity), timer: new Tally(capacity, firstTick) };
  const errors: string[] = [];
  const note = (error: string) => errors.length < KEPT_ERRORS && errors.push(error);
  const stack = await startStack({
    scriptRoot: resolve(import.meta.dirname, 'app'),
    dataDir,
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
    env: { ...process.env, AzureWebJobsStorage: 'UseDevelopmentStorage=true' },
    onEvent: (event) => {
      if (event.type === 'worker-exited') note(event.message);
      if (event.type === 'invocation-finished' && !event.succeeded) note(event.error ?? event.functionName);
      if (event.type !== 'log') return;
      const [, trigger, n] = /^ran (queue|cosmos|timer) (\d+)$/.exec(event.message) ?? [];
      if (trigger) tallies[trigger as Trigger].count(Number(n)); // the pattern lists them
    },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    tallies,
    errors,
    send: (n) => post(`${stack.functions.url}/api/send`, { agent, body: JSON.stringify({ n }) }),
    close: async () => {
      agent.destroy();
      await stack.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function post(url: string, { agent, body }: { agent: Agent; body: string }): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, timeout: 30_000 }, (response) => {
      response.resume().once('close', () => resolve(response.statusCode ?? 0));
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
}
