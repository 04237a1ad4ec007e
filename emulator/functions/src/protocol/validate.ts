import type { FunctionInfo, HostEvent } from './events.ts';
import type { FromWorker, InvokeOutcome, ToWorker, WorkerInit } from './messages.ts';

/**
 * Both processes check what they receive: user code in the worker can send on the same channel, and gets everything that
 * is sent to the worker. Properties that a check does not name are let through.
 */
type Check = (value: unknown) => boolean;
type Checks = Readonly<Record<string, Check>>;
/** One check for each member of a union, by its `type`. */
type ChecksOf<T extends { readonly type: string }> = Readonly<Record<T['type'], Check>>;

/** Whether a message is one that a worker sends. Never throws. */
export function isFromWorker(message: unknown): message is FromWorker {
  return isMember(message, FROM_WORKER);
}

/** Whether a message is one that a supervisor sends. Never throws. */
export function isToWorker(message: unknown): message is ToWorker {
  return isMember(message, TO_WORKER);
}

const anything: Check = () => true;
const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
/** Not 0 or 1, which stand for the own group and for all processes in a signal to a group. */
const groupId: Check = (value) => Number.isSafeInteger(value) && Number(value) > 1;
const record: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function nullable(check: Check): Check {
  return (value) => value === null || check(value);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every((item) => check(item));
}

function oneOf(...words: readonly string[]): Check {
  return (value) => typeof value === 'string' && words.includes(value);
}

function shape(checks: Checks): Check {
  const named = Object.entries(checks);
  return (value) => record(value) && named.every(([name, check]) => check(Reflect.get(Object(value), name)));
}

/** By own properties of the table only: a `type` may be any word, `toString` among them. */
function isMember(value: unknown, table: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return false;
  return Object.hasOwn(table, value.type) && table[value.type]?.(value) === true;
}

const logLevel = oneOf('trace', 'debug', 'information', 'warning', 'error', 'critical', 'none');

const containerName = { database: text, container: text };

const functionInfo = shape({
  name: text,
  triggerType: text,
  methods: listOf(text),
  url: optional(text),
  disabled: flag,
  bindings: listOf(record),
  scriptFile: optional(text),
  usesDevelopmentStorage: optional(flag),
  watches: optional(shape(containerName)),
  storageSource: optional(text),
} satisfies Record<keyof FunctionInfo, Check>);

const invocation = { functionName: text, invocationId: text, isQuiet: optional(flag), at: number };

const HOST_EVENTS: ChecksOf<HostEvent> = {
  'worker-started': shape({ pid: number }),
  'functions-listed': shape({ functions: listOf(functionInfo) }),
  'invocation-started': shape({ ...invocation, reason: text, details: optional(text) }),
  'invocation-finished': shape({ ...invocation, succeeded: flag, durationMs: number, error: optional(text) }),
  log: shape({
    level: logLevel,
    category: text,
    message: text,
    functionName: optional(text),
    invocationId: optional(text),
    at: number,
  }),
  console: shape({ stream: oneOf('stdout', 'stderr'), line: text, at: optional(number) }),
  'request-finished': shape({ method: text, path: text, status: number, durationMs: number, at: number }),
  reloaded: shape({ durationMs: number, functions: listOf(functionInfo), added: optional(listOf(text)) }),
  'reload-failed': shape({ message: text }),
  'worker-exited': shape({
    exitCode: nullable(number),
    signal: nullable(text),
    message: text,
    restartInMs: nullable(number),
  }),
};

const logs = listOf(shape({ level: logLevel, message: text }));

const OUTCOMES: Readonly<Record<InvokeOutcome['status'], Check>> = {
  succeeded: shape({ result: anything, outputs: record, logs }),
  failed: shape({ error: text, logs }),
  'not-found': shape({ logs }),
};

function outcome(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('status' in value)) return false;
  const status = Object.entries(OUTCOMES).find(([name]) => name === value.status);
  return status?.[1](value) === true;
}

const FROM_WORKER: ChecksOf<FromWorker> = {
  ready: shape({ functions: listOf(functionInfo) }),
  failed: shape({ code: oneOf('AppLoadFailed', 'PortInUse', 'Unexpected'), message: text }),
  pong: anything,
  child: shape({ pid: groupId, isAlive: flag }),
  closing: anything,
  recycle: anything,
  events: shape({ events: listOf((event) => isMember(event, HOST_EVENTS)) }),
  invoked: shape({ id: number, outcome }),
};

const init = shape({
  appRoot: text,
  env: record,
  settings: record,
  functions: nullable(listOf(text)),
  triggers: flag,
  confined: flag,
  enableAuth: flag,
  cors: shape({ origins: listOf(text), credentials: flag }),
  allowedHosts: listOf(text),
  tls: optional(record),
  dataDir: text,
  hostId: text,
  maxBodyBytes: number,
  reportInvocations: flag,
  drainMs: number,
  publicUrl: text,
} satisfies Record<keyof WorkerInit, Check>);

const TO_WORKER: ChecksOf<ToWorker> = {
  init: shape({ version: number, init }),
  'serve-unavailable': shape({ version: number, options: shape({ publicUrl: text, drainMs: number }) }),
  'start-triggers': shape({ storage: nullable(shape({ connectionString: text, isUnused: flag })) }),
  'storage-used': anything,
  'storage-changed': shape({ source: text, blob: nullable(text) }),
  'container-changed': shape(containerName),
  ping: anything,
  'open-inspector': shape({ host: text, port: number }),
  stop: shape({ idleGraceMs: number }),
  invoke: shape({ id: number, functionName: text, input: nullable(text) }),
};
