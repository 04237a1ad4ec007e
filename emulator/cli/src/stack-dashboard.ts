import { fileURLToPath } from 'node:url';
import type { CosmosCall } from '@lazurite/cosmos';
import type {
  Dashboard,
  FunctionRunner,
  ListedFunction,
  Recording,
  RunRequest,
  RunResult,
  TokenRequest,
} from '@lazurite/dashboard';
import type { FunctionsHost, HostEvent } from '@lazurite/functions';
import { type Clock, type Log, startOrUndo } from '@lazurite/runtime';
import { onPort, type Port } from './backing-services.ts';
import { mintToken } from './commands/token.ts';
import { browseCosmos } from './dashboard/cosmos-browser.ts';
import { browseStorage } from './dashboard/storage-browser.ts';
import type { Stack } from './stack.ts';

export interface DashboardFeedOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** Built by scripts/bundle.ts; seen alike from `src`, `dist` and `bundle`. */
const PAGE_FOLDER = fileURLToPath(new URL('../dashboard-page', import.meta.url));
/** Of events that came before the dashboard was there. */
const MAX_EARLY = 10_000;

/** Collects what a stack reports, from its first line on, and shows it once the stack is ready. */
export class DashboardFeed {
  readonly #options: DashboardFeedOptions;
  #early: ((recording: Recording) => void)[] = [];
  #recording: Recording | undefined;

  constructor(options: DashboardFeedOptions) {
    this.#options = options;
  }

  readonly report = (event: HostEvent): void => {
    this.#pass((recording) => recordEvent(recording, event));
  };

  readonly reportCall = (call: CosmosCall): void => {
    const { invocationId, kind, ...span } = call;
    if (invocationId === undefined) return; // sent by no function
    const operation = [span.method.toLowerCase(), kind].filter(Boolean).join(' ');
    this.#pass((recording) => recording.recordCall({ ...span, operation, invocationId }));
  };

  /** Serves the dashboard of a running stack. */
  serve(stack: Stack, port: Port): Promise<Dashboard> {
    const { clock, log } = this.#options;
    return startOrUndo(async (running) => {
      const { Recording, startDashboard } = await import('@lazurite/dashboard');
      const recording = running.add(new Recording(clock));
      this.#recording = recording;
      for (const pass of this.#early.splice(0)) pass(recording);
      const services = servicesOf(stack);
      const dashboard = running.add(
        await onPort(port, (one) => startDashboard({ services, recording, pageFolder: PAGE_FOLDER, port: one, log })),
      );
      const close = (): Promise<void> => {
        this.#recording = undefined;
        this.#early = [];
        return running.close();
      };
      return { ...dashboard, close };
    });
  }

  #pass(pass: (recording: Recording) => void): void {
    if (this.#recording) pass(this.#recording);
    else if (this.#early.length < MAX_EARLY) this.#early.push(pass);
  }
}

function recordEvent(recording: Recording, event: HostEvent): void {
  const { type } = event;
  if (type === 'functions-listed' || type === 'reloaded' || type === 'reload-failed') recording.functionsChanged();
  else if (type !== 'worker-started' && type !== 'request-finished') recording.record(event);
}

function servicesOf(stack: Stack) {
  const { functions, cosmos, issuer, storage } = stack;
  return {
    functions: runnerOf(functions),
    data: browseCosmos({ connectionString: cosmos.connectionString, stateDir: stack.stateDir }),
    storage: browseStorage(storage),
    mintToken: (request: TokenRequest) => mintToken(issuer.issuer, request),
    servers: { Functions: functions.url, 'Cosmos DB': cosmos.endpoint, 'Token issuer': issuer.issuer },
    connectionStrings: { 'Cosmos DB': cosmos.connectionString, Storage: storage.connectionString },
  };
}

function runnerOf(host: FunctionsHost): FunctionRunner {
  return {
    list: () =>
      host.functions.map(({ name, triggerType, methods, url, disabled }): ListedFunction => {
        return { name, triggerType, methods, disabled, ...(url !== undefined && { url }) };
      }),
    run: async (name, request) => {
      const found = host.functions.find((one) => one.name === name);
      if (!found) return undefined;
      return found.url === undefined ? invoke(host, name, request) : send(host, request);
    },
  };
}

async function invoke(host: FunctionsHost, name: string, { input }: RunRequest): Promise<RunResult | undefined> {
  const outcome = await host.invoke(name, input === null ? undefined : parse(input));
  if (outcome.status === 'not-found') return undefined;
  if (outcome.status === 'failed') return { succeeded: false, output: outcome.error };
  return { succeeded: true, output: JSON.stringify(outcome.result ?? outcome.outputs, null, 2) };
}

async function send(
  host: FunctionsHost,
  { method = 'GET', url = '/', headers, input }: RunRequest,
): Promise<RunResult> {
  const response = await host.fetch(url, {
    method,
    headers: { ...headers },
    ...(input !== null && method !== 'GET' && method !== 'HEAD' && { body: input }),
  });
  return { succeeded: response.ok, status: response.status, output: await response.text() };
}

/** Text that is no JSON stays text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
