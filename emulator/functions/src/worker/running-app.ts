import type { RequestListener } from 'node:http';
import { startHttpServer } from '@lazurite/http';
import { offerToFailInFlightRequests } from '../protocol/fail-in-flight-requests.ts';
import { type AssembledApp, type AssembleOptions, assembleApp } from './assemble-app.ts';
import type { FunctionApp } from './function-app.ts';
import { takeTurns } from './http/take-turns.ts';

export interface RunningApp extends Pick<AssembledApp, 'functions' | 'invokeByHand'> {
  /** Lets triggers other than HTTP fire; until then another worker's do. */
  startTriggers(): void;
  /** Stops accepting, lets requests in flight end, then runs the app's `appTerminate` hooks. */
  /** `idleGraceMs`: how long a kept-alive connection that was just used may bring one more request. */
  close(idleGraceMs: number): Promise<void>;
}

export interface RunOptions extends AssembleOptions {
  /** The bound socket that the supervisor passed. */
  readonly handle: unknown;
}

/** Loads the app and serves it. @throws AppLoadError, PortInUseError */
export async function runApp(app: FunctionApp, { parts, init, handle, onUnusable }: RunOptions): Promise<RunningApp> {
  const assembled = await assembleApp(app, { parts, init, onUnusable });
  const { listener, invoker, triggers, functions, invokeByHand } = assembled;
  const address = new URL(init.publicUrl);
  const inFlight = new InFlight();
  offerToFailInFlightRequests(() => {
    inFlight.fail();
    return invoker.running();
  });
  const fair = takeTurns(listener, parts.clock, { startsBehind: true });
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
    invokeByHand,
    close: async (idleGraceMs) => {
      inFlight.announceClose();
      await Promise.all([server.close(idleGraceMs), triggers.stop()]);
      await assembled.terminate();
    },
  };
}

type Response = Parameters<RequestListener>[1];

/** The answers that are still owed. */
class InFlight {
  readonly #responses = new Set<Response>();

  counted(listener: RequestListener): RequestListener {
    return (message, response) => {
      this.#responses.add(response);
      response.once('close', () => this.#responses.delete(response));
      listener(message, response);
    };
  }

  /** Answers all with 500, as far as they are not answered yet. Written at once, by a process that is about to end. */
  fail(): void {
    for (const response of this.#responses) {
      if (response.headersSent) continue;
      response.writeHead(500, { 'content-length': 0, connection: 'close' });
      response.end();
    }
  }

  /** Tells the clients of these that their connection ends with this answer, so that none is cut off by surprise. */
  announceClose(): void {
    for (const response of this.#responses) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }
}
