import fc from 'fast-check';
import type { FromWorker, ToWorker } from './messages.ts';
import { isFromWorker, isToWorker } from './validate.ts';

const FUNCTION = {
  name: 'f',
  triggerType: 'httpTrigger',
  methods: ['GET'],
  disabled: false,
  bindings: [{ type: 'x' }],
};

const FROM_WORKER: readonly FromWorker[] = [
  { type: 'ready', functions: [{ ...FUNCTION, watches: { database: 'd', container: 'c' }, storageSource: 'queue/q' }] },
  { type: 'failed', code: 'AppLoadFailed', message: 'broken' },
  { type: 'pong' },
  { type: 'closing' },
  { type: 'recycle' },
  {
    type: 'events',
    events: [
      { type: 'log', level: 'warning', category: 'Worker', message: 'text', at: 1 },
      { type: 'console', stream: 'stdout', line: 'text' },
      { type: 'console', stream: 'stderr', line: 'text', at: 1 },
      { type: 'request-finished', method: 'GET', path: '/', status: 200, durationMs: 1, at: 2 },
      { type: 'invocation-started', functionName: 'f', invocationId: 'i', reason: 'why', isQuiet: true, at: 1 },
      { type: 'invocation-finished', functionName: 'f', invocationId: 'i', succeeded: true, durationMs: 1, at: 2 },
    ],
  },
  { type: 'invoked', id: 1, outcome: { status: 'not-found', logs: [] } },
  { type: 'invoked', id: 2, outcome: { status: 'failed', error: 'text', logs: [{ level: 'error', message: 'text' }] } },
  { type: 'invoked', id: 3, outcome: { status: 'succeeded', result: null, outputs: {}, logs: [] } },
];

const TO_WORKER: readonly ToWorker[] = [
  { type: 'serve-unavailable', version: 2, options: { publicUrl: 'http://localhost:7071', drainMs: 5_000 } },
  { type: 'start-triggers', storage: { connectionString: 'AccountName=a', isUnused: true } },
  { type: 'start-triggers', storage: null },
  { type: 'storage-used' },
  { type: 'storage-changed', source: 'queue/q', blob: null },
  { type: 'storage-changed', source: 'blob/c', blob: 'b' },
  { type: 'container-changed', database: 'd', container: 'c' },
  { type: 'ping' },
  { type: 'open-inspector', host: '127.0.0.1', port: 9229 },
  { type: 'stop', idleGraceMs: 100 },
  { type: 'invoke', id: 1, functionName: 'f', input: null },
];

test.each(FROM_WORKER.map((message) => [message.type, message] as const))(
  '%s of a worker is accepted',
  (_type, message) => {
    expect(isFromWorker(structuredClone(message))).toBe(true);
  },
);

test.each(TO_WORKER.map((message) => [message.type, message] as const))(
  '%s of a supervisor is accepted',
  (_type, message) => {
    expect(isToWorker(structuredClone(message))).toBe(true);
  },
);

const types = [...FROM_WORKER, ...TO_WORKER].map(({ type }) => type);
/** Whatever can cross the channel, often with a `type` that is known. */
const garbage = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
  fc.record({ type: fc.constantFrom<string>(...types, 'toString', '__proto__', ''), id: fc.anything() }),
);

test('a message is accepted or not, and never makes the validators throw', () => {
  fc.assert(
    fc.property(garbage, (message) => {
      expect(typeof isFromWorker(message)).toBe('boolean');
      expect(typeof isToWorker(message)).toBe('boolean');
    }),
    { numRuns: 5_000 },
  );
});

/** Every path to a value inside. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[name], ...pathsOf(inner).map((path) => [name, ...path])]);
}

function replaceAt(value: unknown, [name = '', ...rest]: readonly string[], replacement: unknown): void {
  const holder = Object(value);
  if (rest.length === 0) holder[name] = replacement;
  else replaceAt(holder[name], rest, replacement);
}

/** Places whose values may be anything. */
const OPEN = /^(outcome\.result|functions\.0\.bindings\.0\.type|outcome\.outputs\..*)$/;

test.each([
  ...FROM_WORKER.map((message) => [message.type, isFromWorker, message] as const),
  ...TO_WORKER.map((message) => [message.type, isToWorker, message] as const),
])('%s is rejected when one of its values is of another type', (_type, isValid, message) => {
  for (const path of pathsOf(message)) {
    if (OPEN.test(path.join('.'))) continue;
    const spoilt: unknown = structuredClone(message);
    replaceAt(spoilt, path, Symbol.iterator);
    expect([path, isValid(spoilt)]).toEqual([path, false]);
  }
});
