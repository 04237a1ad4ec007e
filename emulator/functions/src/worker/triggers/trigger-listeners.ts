import { isHttpTrigger, isSwitchedOff, triggerOf } from '../app/function-info.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { ListenerScope } from './listener-scope.ts';
import { startListener } from './start-listener.ts';
import type { InvokeTriggered, TriggerListener } from './trigger.ts';

/** Waits for the events of all functions but those with an HTTP trigger. */
export interface TriggerListeners {
  /** A function whose listener cannot start is reported, and the others run. */
  start(): void;
  /** Resolves when the invocations that were started have ended. */
  stop(): Promise<void>;
  readonly isStopped: boolean;
  /** Invocations that have not ended. */
  readonly outstanding: number;
}

export function createTriggerListeners(scope: ListenerScope): TriggerListeners {
  const starting: Promise<TriggerListener | undefined>[] = [];
  const stopping = new AbortController();
  let outstanding = 0;
  function counted(invoke: InvokeTriggered): InvokeTriggered {
    return async (invocation) => {
      outstanding += 1;
      return invoke(invocation).finally(() => {
        outstanding -= 1;
      });
    };
  }
  return {
    get isStopped() {
      return stopping.signal.aborted;
    },
    get outstanding() {
      return outstanding;
    },
    start: () => {
      const waiting = scope.app.registry.all().filter((fn) => needsListener(fn));
      for (const fn of waiting) starting.push(startListener(scope, fn, { signal: stopping.signal, counted }));
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(starting.map(async (started) => (await started)?.stop()));
    },
  };
}

function needsListener(fn: RegisteredFunction): boolean {
  const trigger = triggerOf(fn);
  return trigger !== undefined && !isHttpTrigger(trigger) && !isSwitchedOff(fn);
}
