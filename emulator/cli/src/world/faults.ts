import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Service } from './shared-endpoints.ts';

/** What goes wrong, and when. */
export interface Fault {
  /** Where: Cosmos DB, the token issuer, or blobs, queues or tables. */
  readonly service: Service;
  /** Which requests. Default: all of the service. */
  readonly operation?: 'create' | 'read' | 'replace' | 'delete' | 'patch' | 'query';
  /** A part of the path, for example the name of a container. Default: any. */
  readonly path?: string;
  /** The status of the response in place of that of the service. Default: 503. */
  readonly status?: number;
  /** In ms, with the status 429. Default 100. */
  readonly retryAfterMs?: number;
  /** Whether the connection is cut, in place of a response. */
  readonly drop?: boolean;
  /** Delays the response of the service, in ms of the machine, in place of an error. */
  readonly latencyMs?: number;
  /** How many requests it hits. Default 1. */
  readonly times?: number;
  /** How many requests pass before. Default 0. */
  readonly after?: number;
}

export interface Faults {
  /** @returns a function that takes the fault back */
  add(fault: Fault): () => void;
  clear(): void;
}

interface ActiveFault {
  readonly fault: Fault;
  passes: number;
  left: number;
}

/** Counts requests, and says which of them fail. */
export class FaultPlan implements Faults {
  #active: ActiveFault[] = [];

  add(fault: Fault): () => void {
    const { times = 1, after = 0 } = fault;
    if (!(times >= 1 && after >= 0))
      throw new RangeError(`A fault hits once or more, and was given times ${times}, after ${after}`);
    const active = { fault, passes: after, left: times };
    this.#active.push(active);
    return () => {
      this.#active = this.#active.filter((one) => one !== active);
    };
  }

  clear(): void {
    this.#active = [];
  }

  /** The fault that hits a request; undefined: none. Counts it. */
  take(service: Service, message: IncomingMessage): Fault | undefined {
    const active = this.#active.find(({ fault }) => concerns(fault, service, message));
    if (!active) return undefined;
    if (active.passes > 0) {
      active.passes -= 1;
      return undefined;
    }
    active.left -= 1;
    if (active.left <= 0) this.#active = this.#active.filter((one) => one !== active);
    return active.fault;
  }

  /** What is left of the faults, for a snapshot. */
  state(): readonly ActiveFault[] {
    return this.#active.map((active) => ({ ...active }));
  }

  restore(state: readonly ActiveFault[]): void {
    this.#active = state.map((active) => ({ ...active }));
  }
}

function concerns(fault: Fault, service: Service, message: IncomingMessage): boolean {
  if (fault.service !== service) return false;
  if (fault.path !== undefined && !readablePath(message).includes(fault.path)) return false;
  return fault.operation === undefined || fault.operation === operationOf(message);
}

const OPERATIONS: Readonly<Record<string, Fault['operation']>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'replace',
  DELETE: 'delete',
  PATCH: 'patch',
};

function operationOf({ method = '', headers }: IncomingMessage): Fault['operation'] {
  if (method !== 'POST') return OPERATIONS[method];
  return headers['x-ms-documentdb-isquery'] !== undefined || headers['x-ms-cosmos-is-query-plan-request'] !== undefined
    ? 'query'
    : 'create';
}

/** Without the query, and decoded where it can be. */
export function readablePath({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** The line that adds the fault again. */
export function describeFault(fault: Fault): string {
  return `world.faults.add(${JSON.stringify(fault)})`;
}

/** Responds in place of the service. */
export function fail({ status = 503, retryAfterMs = 100, drop }: Fault, response: ServerResponse): void {
  if (drop) {
    response.socket?.destroy();
    return;
  }
  const wait = status === 429 ? { 'x-ms-retry-after-ms': String(retryAfterMs), 'x-ms-substatus': '3200' } : {};
  const body = JSON.stringify({ code: String(status), message: 'This response was asked for by world.faults' });
  response.writeHead(status, { 'content-type': 'application/json', ...wait }).end(body);
}
