import type { RequestListener } from 'node:http';
import { startHttpServer } from '@lazurite/http';
import type { FunctionInfo } from '../ipc/events.ts';
import type { InvokeOutcome, WorkerInit } from '../ipc/messages.ts';
import { offerAbandon } from './abandon.ts';
import { BINDING_KINDS } from './binding-kinds.ts';
import { bindFunctions } from './bound-functions.ts';
import { type FunctionApp, startApp, terminateApp, type WorkerParts } from './function-app.ts';
import { describeFunction } from './function-info.ts';
import { createHttpFront } from './http/http-front.ts';
import { invokeByHand } from './invoke-by-hand.ts';
import { Invoker } from './invoker.ts';
import { TRIGGER_FACTORIES } from './trigger-factories.ts';
import { createTriggerListeners } from './trigger-listeners.ts';

export interface RunningApp {
  readonly functions: readonly FunctionInfo[];
  /** Calls a function with a payload that is not an HTTP request; never rejects. */
  invokeByHand(functionName: string, input: string | null): Promise<InvokeOutcome>;
  /** Lets triggers other than HTTP fire; until then another worker's do. */
  startTriggers(): void;
  /** Stops accepting, lets requests in flight end, then runs the app's `appTerminate` hooks. */
  close(): Promise<void>;
}

export interface RunOptions {
  readonly parts: WorkerParts;
  readonly init: WorkerInit;
  /** The bound socket that the supervisor passed. */
  readonly handle: unknown;
  /** This process is to be replaced: an invocation hangs beyond its time, or somebody asked for it. */
  readonly onUnusable: () => void;
}

/** Loads the app and serves it. @throws AppLoadError, PortInUseError */
export async function runApp(app: FunctionApp, { parts, init, handle, onUnusable }: RunOptions): Promise<RunningApp> {
  const streamProxy = await startApp(app, init);
  const { reportInvocations, settings } = init;
  const functionTimeoutMs = settings.functionTimeoutMs ?? null;
  const { clock, events } = parts;
  const bound = await bindFunctions({ app, init, parts, kinds: BINDING_KINDS });
  const invoker = new Invoker({
    app,
    bound,
    clock,
    events,
    reportInvocations,
    functionTimeoutMs,
    onTimeout: onUnusable,
  });
  const listener = await createHttpFront({ app, invoker, init, parts, streamProxy, restart: onUnusable });
  const address = new URL(init.publicUrl);
  const triggers = createTriggerListeners({ app, invoker, init, parts, factories: TRIGGER_FACTORIES });
  const inFlight = new InFlight();
  offerAbandon(() => {
    inFlight.abandon();
    return invoker.running();
  });
  const server = await startHttpServer(inFlight.counted(listener), {
    handle,
    port: Number(address.port),
    address: address.hostname,
    idleGraceMs: init.idleGraceMs,
    drainMs: init.drainMs,
    ...(init.tls && { tls: init.tls }),
  });
  return {
    functions: app.registry
      .all()
      .map((fn) => describeFunction(fn, { baseUrl: init.publicUrl, routePrefix: settings.http.routePrefix })),
    startTriggers: () => {
      if (init.triggers) triggers.start();
    },
    invokeByHand: (name, input) => invokeByHand({ app, invoker, parts }, name, input),
    close: async () => {
      inFlight.announceClose();
      await Promise.all([server.close(), triggers.stop()]);
      await terminateApp(app);
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
  abandon(): void {
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
