import { fileURLToPath } from 'node:url';
import type { HostEvent } from '../protocol/events.ts';
import type { FunctionsHost, FunctionsHostOptions } from '../supervisor/functions-host.ts';
import { startFunctionsHost } from '../supervisor/start-functions-host.ts';

/** A running host, and what has happened in it so far. */
export interface TestHost extends FunctionsHost {
  readonly events: readonly HostEvent[];
  /** Resolves with the first event, past or to come, of the type for which `accept` is true. */
  next<T extends HostEvent['type']>(
    type: T,
    accept?: (event: Extract<HostEvent, { type: T }>) => boolean,
  ): Promise<Extract<HostEvent, { type: T }>>;
}

const running = new Set<FunctionsHost>();

/** Where an app of the fixtures folder is. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}

/** Starts a fixture, or the app in `options.scriptRoot`, on a free port. */
export async function startTestHost(name: string, options: Partial<FunctionsHostOptions> = {}): Promise<TestHost> {
  const events: HostEvent[] = [];
  const listeners = new Set<() => void>();
  const host = await startFunctionsHost({
    scriptRoot: fixture(name),
    port: 0,
    onEvent: (event) => {
      events.push(event);
      for (const listener of listeners) listener();
    },
    ...options,
  });
  running.add(host);
  const next: TestHost['next'] = (type, accept = () => true) =>
    new Promise((resolve) => {
      function look(): void {
        for (const event of events) {
          if (event.type !== type) continue;
          const candidate = event as Parameters<typeof accept>[0]; // the comparison above says so
          if (!accept(candidate)) continue;
          listeners.delete(look);
          resolve(candidate);
          return;
        }
      }
      listeners.add(look);
      look();
    });
  return Object.defineProperties({ ...host, events, next }, { functions: { get: () => host.functions } });
}

/** Closes every host of this file that is still open. */
export async function closeTestHosts(): Promise<void> {
  await Promise.all([...running].map((host) => host.close()));
  running.clear();
}

/** Whether a process of this user runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
