import { startHttpServer } from '@lazurite/http';
import { offerToFailInFlightRequests } from '../../protocol/fail-in-flight-requests.ts';
import { InFlightRequests, yieldToEventLoop } from '../http/request-intake.ts';
import type { AssembledApp, AssembleOptions } from './assemble-app.ts';

export interface RunningApp extends Pick<AssembledApp, 'functions' | 'invokeManually'> {
  /** Starts the triggers other than HTTP; before that, those of another worker may still run. */
  startTriggers(): void;
  /**
   * Stops accepting connections, waits for requests in flight, then runs the app's `appTerminate` hooks.
   *
   * @param idleGraceMs how long a kept-alive connection that was just used may send one more request
   */
  close(idleGraceMs: number): Promise<void>;
}

export interface RunOptions extends Pick<AssembleOptions, 'dependencies' | 'init'> {
  /** The bound socket that the supervisor passed. */
  readonly handle: unknown;
}

/** Serves a loaded app. @throws PortInUseError */
export async function runApp(assembled: AssembledApp, { dependencies, init, handle }: RunOptions): Promise<RunningApp> {
  const { listener, invoker, triggers, functions, invokeManually } = assembled;
  const address = new URL(init.publicUrl);
  const { clock, events } = dependencies;
  const inFlight = new InFlightRequests({ clock, events: init.reportInvocations ? events : undefined });
  offerToFailInFlightRequests(() => {
    inFlight.fail();
    return invoker.running();
  });
  const fair = yieldToEventLoop(listener, clock, { startsBehind: true });
  const server = await startHttpServer(inFlight.counted(fair), {
    handle,
    port: Number(address.port),
    address: address.hostname,
    drainMs: init.drainMs,
    ...(init.tls && { tls: init.tls }),
  });
  return {
    functions,
    startTriggers: () => {
      if (init.triggers && !assembled.isOffline) triggers.start();
    },
    invokeManually,
    close: async (idleGraceMs) => {
      inFlight.announceClose();
      assembled.endStreams();
      await Promise.all([server.close(idleGraceMs), triggers.stop()]);
      await assembled.terminate();
    },
  };
}
